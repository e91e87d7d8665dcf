//! Faults as lines of a table: `number | what it is | finding | sites | words of the report`.
//!
//! A site is `who @ mark`: an invocation, `5` or `2,1` by its `global_invocation_id()` or `-` for none, and the line of the kernel that ends
//! in the comment `// mark`. A race has two, the access that came first here and the one that met it; a wrap has the index and the
//! operation; a divergent barrier has the barrier, where the missing invocation left, and the barrier it comes to instead.

use super::findings::{Finding, found};
use hesper_shader::reference::{Invocation, Options};
use hesper_shader::tree::Loc;
use hesper_shader::{Device, Error};

/// A kernel that takes the number of its fault as a constant: 0 is the correct one.
pub(super) struct Kernel {
    pub(super) name: &'static str,
    /// Runs it with a fault.
    pub(super) run: fn(&Device, u32) -> Result<(), Error>,
    /// The file that holds it, and its text.
    pub(super) file: &'static str,
    pub(super) source: &'static str,
    pub(super) faults: &'static str,
    /// Invocations of a subgroup.
    pub(super) subgroup_size: u32,
}

/// Devices that a correct kernel must not mind: the size of subgroups, who is in which, and the order.
const OTHERS: [(u32, Option<u64>, Option<u64>); 4] = [
    (4, None, None),
    (64, None, Some(5)),
    (8, Some(3), None),
    (16, Some(7), Some(1 << 32)),
];

/// A row of the table.
struct Row {
    fault: u32,
    what: &'static str,
    finding: &'static str,
    sites: &'static str,
    words: &'static str,
}

impl Kernel {
    /// What is amiss with the correct kernel, on this device and on others: everything that is found.
    pub(super) fn check_correct(&self) -> Vec<String> {
        let others = OTHERS.map(|(subgroup_size, subgroup_mapping, order)| Options {
            subgroup_size,
            subgroup_mapping,
            order,
            ..self.options()
        });
        let all = [self.options()].into_iter().chain(others);
        let amiss = all.filter_map(|options| {
            let device = Device::reference_with(options.clone());
            let found = self.found(&device, 0);
            (!found.is_empty()).then(|| format!("{}, {options:?}: {found:#?}", self.name))
        });
        amiss.collect()
    }

    /// Runs every fault: how many there are, and what is not found as its row says.
    pub(super) fn check_faults(&self) -> (usize, Vec<String>) {
        let rows = self.rows();
        let device = Device::reference_with(self.options());
        let amiss = rows.iter().filter_map(|row| {
            let found = self.found(&device, row.fault);
            let problem = self.problem(row, &found)?;
            Some(format!(
                "{} {}, {}: {problem}",
                self.name, row.fault, row.what
            ))
        });
        (rows.len(), amiss.collect())
    }

    /// What a run found. That WGSL refuses the text counts for nothing: the branches of all faults stand in it, though a constant leads past them.
    fn found(&self, device: &Device, fault: u32) -> Vec<Finding> {
        let mut found = found(device, (self.run)(device, fault));
        found.retain(|finding| finding.name != "refused");
        found
    }

    fn options(&self) -> Options {
        Options {
            step_budget: 10_000,
            subgroup_size: self.subgroup_size,
            ..Options::default()
        }
    }

    /// The rows, numbered from 1 without a gap.
    fn rows(&self) -> Vec<Row> {
        let lines = self.faults.lines().filter(|line| !line.trim().is_empty());
        let rows: Vec<Row> = lines.map(|line| self.row(line)).collect();
        let numbers = rows.iter().map(|row| row.fault);
        assert!(numbers.eq(1..=rows.len() as u32), "{}", self.name);
        rows
    }

    fn row(&self, line: &'static str) -> Row {
        let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
        let [fault, what, finding, sites, words] = columns[..] else {
            panic!("{}: not a row: {line}", self.name);
        };
        let fault = fault.parse().unwrap_or_else(|e| panic!("{line}: {e}"));
        assert!(!words.is_empty() && !sites.is_empty(), "{line}");
        Row {
            fault,
            what,
            finding,
            sites,
            words,
        }
    }

    /// How what is found differs from what the row says.
    fn problem(&self, row: &Row, found: &[Finding]) -> Option<String> {
        let [finding] = found else {
            return Some(format!("{} findings: {found:#?}", found.len()));
        };
        let report = &finding.report;
        if finding.name != row.finding {
            return Some(format!("not {}, but {report}", row.finding));
        }
        if !report.contains(row.words) {
            return Some(format!("without {:?}: {report}", row.words));
        }
        let expected: Vec<String> = row.sites.split(", ").map(|site| self.line(site)).collect();
        let sites = finding.sites.iter();
        let named: Vec<String> = sites.map(|(who, loc)| self.named(*who, *loc)).collect();
        if named != expected {
            return Some(format!("at {named:?}, not {:?}: {report}", row.sites));
        }
        // What the error holds, the report has to say.
        finding.sites.iter().find_map(|(who, loc)| {
            let said = report.contains(&loc.to_string())
                && who.is_none_or(|who| report.contains(&who.to_string()));
            (!said).then(|| format!("no {} in {report}", self.named(*who, *loc)))
        })
    }

    /// A site with the number of its line in place of the mark.
    fn line(&self, site: &str) -> String {
        let (who, mark) = site
            .split_once(" @ ")
            .unwrap_or_else(|| panic!("not a site: {site}"));
        let comment = format!("// {mark}");
        let lines = (1..).zip(self.source.lines());
        let marked: Vec<u32> = lines
            .filter(|(_, line)| line.ends_with(&comment))
            .map(|(n, _)| n)
            .collect();
        let [line] = marked[..] else {
            panic!("{}: lines {marked:?} are marked {mark:?}", self.name);
        };
        format!("{who} @ {line}")
    }

    fn named(&self, who: Option<Invocation>, loc: Loc) -> String {
        assert!(loc.0.file() == self.file, "{loc} is not in {}", self.file);
        let who = match who.map(|who| who.global) {
            None => "-".to_string(),
            Some([x, 0, 0]) => x.to_string(),
            Some([x, y, _]) => format!("{x},{y}"),
        };
        format!("{who} @ {}", loc.0.line())
    }
}
