//! The catalogue's kernels beside the same WGSL through raw wgpu, and beside CubeCL: README.md says how to read the table.

mod cube;
mod launch;
mod measure;
mod ours;
mod raw;
mod setup;
mod tasks;
mod theirs;

/// What went wrong, whoever it was.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let named: Vec<String> = std::env::args().skip(1).collect();
    let setup = setup::Setup::new()?;
    println!("{}, {}\n", setup.adapter.name, setup.adapter.driver_info);
    let all: [(&str, fn(&setup::Setup) -> Result<(), Failure>); 7] = [
        ("relu", tasks::relu),
        ("softmax", tasks::softmax),
        ("layer_norm", tasks::layer_norm),
        ("sum", tasks::sum),
        ("matmul512", |setup| tasks::matmul(setup, 512)),
        ("matmul1024", |setup| tasks::matmul(setup, 1024)),
        ("launch", launch::launch),
    ];
    for (name, task) in all {
        if named.is_empty() || named.iter().any(|n| name.contains(n.as_str())) {
            task(&setup)?;
        }
    }
    Ok(())
}
