//! Locals that are read before they are written are zero, in every workgroup and call.

use super::{record, run_f32, run_unwatched, same};
use crate::reference::Binding;
use crate::tree::{Block, Function, LocalId, Root, StmtKind};
use crate::{Kernel, Memory};

/// out[i] = (0 + 1 + … + i) + (i + 1), each part by a helper that counts, and an array's element that is i.
fn counting() -> Kernel {
    record([4, 1, 1], |h| {
        let out = h.storage_mut::<u32>("out");
        let i = h.bind("i", h.global_index());
        let sum = h.var("sum", h.int(0u32));
        let many = h.array_of("many", h.int(0u32), 3);
        let k = h.for_("k", h.range(h.int(0u32), i + h.int(1u32)));
        for n in [0u32, 1] {
            let mut call = h.call("count", "", "count");
            let x = call.value("x", k + h.int(n));
            if call.enter() {
                let total = h.var("total", h.int(0u32));
                h.store(total, total.get() + x);
                call.returns(total.get());
            }
            let counted = call.finish::<crate::Exp<'_, u32>>();
            h.store(sum, sum.get() + counted * h.int(1 - n));
            h.store(many.at(h.int(1u32)), many.at(h.int(1u32)).get() + h.int(n));
        }
        h.end_for();
        h.if_(i.lt(out.len()));
        h.store(out.at(i), sum.get() + many.at(h.int(1u32)).get());
        h.end_if();
    })
}

/// The kernel without the first store to each local, which is a zero.
fn unwritten(kernel: &Kernel) -> Kernel {
    let mut tree = kernel
        .tree()
        .unwrap_or_else(|error| panic!("{error}"))
        .to_tree();
    let helpers = tree.functions.len();
    for at in 0..=helpers {
        let function = tree.functions.get_mut(at).unwrap_or(&mut tree.entry);
        for local in 0..function.locals.len() as u32 {
            assert!(left_out(&mut function.body, LocalId(local)));
        }
    }
    let kernel = Kernel::from_tree(tree);
    if let Err(error) = kernel.tree() {
        panic!("{error}");
    }
    kernel
}

/// Takes the first store to a local out of a block, or of those inside it.
fn left_out(block: &mut Block, local: LocalId) -> bool {
    let is_store = |kind: &StmtKind| matches!(kind, StmtKind::Store { place, .. } if place.root == Root::Local(local));
    for at in 0..block.len() {
        if is_store(&block[at].kind) {
            block.remove(at);
            return true;
        }
        if let StmtKind::For { body, .. } = &mut block[at].kind
            && left_out(body, local)
        {
            return true;
        }
    }
    false
}

#[test]
fn they_are_zero_in_each_workgroup_and_call() {
    let plain = counting();
    let expected = Memory::<f32>::U32((0..40).map(|i| i * (i + 1) / 2 + i + 1).collect());
    for kernel in [unwritten(&plain), plain] {
        for run in [run_f32, run_unwatched] {
            let mut out = Memory::U32(vec![0; 40]);
            let ran = run(&kernel, [10, 1, 1], &mut [Binding::Write(&mut out)]);
            assert_eq!(ran, Ok(()));
            same(&out, &expected);
        }
    }
}

#[test]
fn what_is_written_before_it_is_read_is_known() {
    let names = |kernel: &Kernel| -> Vec<String> {
        let tree = kernel.tree().unwrap_or_else(|error| panic!("{error}"));
        let functions = tree.all_functions().zip(&tree.facts().unset);
        let names = functions.flat_map(|(function, unset): (&Function, &Vec<LocalId>)| {
            let name = |id: &LocalId| function.locals[id.index()].name.clone();
            unset.iter().map(name).collect::<Vec<_>>()
        });
        names.collect()
    };
    assert_eq!(names(&counting()), [""; 0]);
    assert_eq!(names(&unwritten(&counting())), ["total", "sum", "many"]);
    // One branch writes, the other leaves or does not.
    for (leaves, unset) in [(true, vec![]), (false, vec!["a"])] {
        let kernel = record([4, 1, 1], |h| {
            let out = h.storage_mut::<u32>("out");
            let i = h.local_invocation_index();
            let a = h.var("a", h.int(0u32));
            h.if_(i.lt(h.int(2u32)));
            h.store(a, h.int(1u32));
            h.else_();
            if leaves {
                h.return_();
            }
            h.end_if();
            h.store(out.at(i), a.get());
        });
        let mut tree = kernel
            .tree()
            .unwrap_or_else(|error| panic!("{error}"))
            .to_tree();
        assert!(left_out(&mut tree.entry.body, LocalId(0)));
        assert_eq!(names(&Kernel::from_tree(tree)), unset, "{leaves}");
    }
}
