//! Where the values of a replay stand: as few places as there are values that something still needs, so that a long tape does not go through all memory.

use super::{Id, Tape};

/// In place of the last reader: the value is needed to the end, or not any more.
const KEPT: Id = Id::MAX;
const GONE: Id = Id::MAX - 1;

/// The place of each node's value.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    of: Vec<u32>,
    /// How many there are.
    count: usize,
}

/// The values of a replay that were to stay.
pub(crate) struct Values<'p, V> {
    pub(super) places: &'p Places,
    pub(super) all: Vec<V>,
}

impl<V: Copy> Values<'_, V> {
    /// That of a node that stays.
    pub(crate) fn of(&self, id: Id) -> V {
        self.all[self.places.of(id)]
    }
}

impl Places {
    pub(super) fn of(&self, id: Id) -> usize {
        self.of[id as usize] as usize
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }
}

impl Tape {
    /// Places for its values, of which these nodes' stay to the end.
    pub(crate) fn places(&self, kept: impl IntoIterator<Item = Id>) -> Places {
        let mut last = self.last_uses(kept);
        let mut of: Vec<u32> = Vec::with_capacity(self.nodes.len());
        let (mut free, mut count) = (Vec::new(), 0);
        for (id, (node, _)) in self.nodes.iter().enumerate() {
            let id = id as Id;
            // A value stands where an operand of its own stood: operands are read before.
            self.each_operand(*node, |x| {
                if last[x as usize] == id {
                    last[x as usize] = GONE;
                    free.push(of[x as usize]);
                }
            });
            let place = free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
            of.push(place);
            if last[id as usize] == id {
                free.push(place);
            }
        }
        Places {
            of,
            count: count as usize,
        }
    }

    /// For each node the last that reads it, or itself; of those that are kept none.
    fn last_uses(&self, kept: impl IntoIterator<Item = Id>) -> Vec<Id> {
        let mut last: Vec<Id> = (0..self.nodes.len() as Id).collect();
        for (id, (node, _)) in self.nodes.iter().enumerate() {
            self.each_operand(*node, |x| last[x as usize] = id as Id);
        }
        for id in kept {
            last[id as usize] = KEPT;
        }
        last
    }
}
