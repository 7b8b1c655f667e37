//! How far a run is: the share of its work that lies behind, from how long the nodes took in earlier runs.

use run::{
    node::{NodeName, Step},
    record::Progress,
};
use store::{NodeTiming, eta_seconds};

/// What a node weighs when nothing is known of any: only the ratio between nodes counts.
const UNKNOWN_WEIGHT: f64 = 1.0;

/// A workflow's nodes in their order, and how long they took before.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    nodes: Vec<NodeName>,
    history: Vec<NodeTiming>,
}

impl Course {
    pub(crate) fn new(nodes: Vec<NodeName>, history: Vec<NodeTiming>) -> Self {
        Self { nodes, history }
    }

    /// Progress when a step begins.
    pub(crate) fn started(&self, before: &Progress, step: &Step) -> Progress {
        self.at(before, step, false)
    }

    /// Progress when a step is complete.
    pub(crate) fn completed(&self, before: &Progress, step: &Step) -> Progress {
        self.at(before, step, true)
    }

    fn at(&self, before: &Progress, step: &Step, done: bool) -> Progress {
        let mut completed = before.completed.clone();
        if done && !completed.contains(&step.node) {
            completed.push(step.node.clone());
        }
        // A node that the workflow's order does not know counts as where the run was.
        let place = self.place(&step.node);
        let behind = place.map(|place| if done { place + 1 } else { place });
        let percentage = match behind {
            Some(behind) => {
                let now = self.percentage(behind);
                if self.went_back(before, step) { now } else { now.max(before.percentage) }
            }
            None => before.percentage,
        };
        let remaining = &self.nodes[behind.unwrap_or(0).min(self.nodes.len())..];
        let mut running: Vec<Step> = before.running.iter().filter(|other| *other != step).cloned().collect();
        if !done {
            running.push(step.clone());
        }
        Progress {
            percentage,
            current: Some(running.last().unwrap_or(step).clone()),
            running,
            completed,
            eta_seconds: eta_seconds(&self.history, remaining),
        }
    }

    fn place(&self, node: &NodeName) -> Option<usize> {
        self.nodes.iter().position(|name| name == node)
    }

    /// True when a loop has gone back to an earlier node: only then may the percentage fall. An earlier node that has not
    /// been complete before runs beside the current one.
    fn went_back(&self, before: &Progress, step: &Step) -> bool {
        let Some(current) = &before.current else { return false };
        self.place(&step.node) < self.place(&current.node) && before.completed.contains(&step.node)
    }

    /// 0 to 99: the last percent is the ending's.
    fn percentage(&self, behind: usize) -> u8 {
        let weights: Vec<f64> = self.nodes.iter().map(|node| self.weight(node)).collect();
        let total: f64 = weights.iter().sum();
        let part: f64 = weights.iter().take(behind).sum();
        if total <= 0.0 {
            return 0;
        }
        // Between 0 and 99 by construction, so the cast keeps the value.
        (99.0 * part / total).floor().clamp(0.0, 99.0) as u8
    }

    fn weight(&self, node: &NodeName) -> f64 {
        let known: Vec<&NodeTiming> =
            self.history.iter().filter(|timing| timing.count > 0 && self.place(&timing.node).is_some()).collect();
        if known.is_empty() {
            return UNKNOWN_WEIGHT;
        }
        let mean = known.iter().map(|timing| timing.mean_ms).sum::<f64>() / known.len() as f64;
        known.iter().find(|timing| timing.node == *node).map_or(mean, |timing| timing.mean_ms).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(node: &str, iteration: u32) -> Step {
        Step { node: node.into(), iteration }
    }

    fn course(history: &[(&str, f64)]) -> Course {
        Course::new(
            ["a", "b", "c", "d"].map(NodeName::from).to_vec(),
            history
                .iter()
                .map(|(node, mean_ms)| NodeTiming { node: (*node).into(), count: 3, mean_ms: *mean_ms })
                .collect(),
        )
    }

    fn nothing() -> Progress {
        Progress { percentage: 0, current: None, running: Vec::new(), completed: vec![], eta_seconds: None }
    }

    #[test]
    fn without_history_every_node_counts_the_same_and_nothing_is_estimated() {
        let course = course(&[]);
        let progress = course.completed(&nothing(), &step("b", 0));
        assert_eq!(progress.percentage, 49);
        assert_eq!(progress.eta_seconds, None);
    }

    #[test]
    fn a_slow_node_is_most_of_the_work() {
        let course = course(&[("a", 100.0), ("b", 100.0), ("c", 700.0), ("d", 100.0)]);
        let before = course.started(&nothing(), &step("c", 0));
        assert_eq!(before.percentage, 19);
        assert_eq!(before.eta_seconds, Some(0.8));
        let after = course.completed(&before, &step("c", 0));
        assert_eq!(after.percentage, 89);
        assert_eq!(after.eta_seconds, Some(0.1));
    }

    #[test]
    fn it_falls_only_when_a_loop_goes_back() {
        let slow_start = course(&[("a", 900.0), ("b", 10.0), ("c", 10.0), ("d", 10.0)]);
        let after_a = slow_start.completed(&nothing(), &step("a", 0));
        // New history that makes `a` small would let the percentage fall.
        let other = course(&[("a", 10.0), ("b", 10.0), ("c", 10.0), ("d", 900.0)]);
        let at_b = other.started(&after_a, &step("b", 0));
        assert_eq!(at_b.percentage, after_a.percentage);
        let back = other.started(&at_b, &step("a", 1));
        assert_eq!(back.percentage, 0);
        assert_eq!(back.completed, vec![NodeName::from("a")]);
    }

    #[test]
    fn nodes_side_by_side_do_not_go_back() {
        let course = course(&[]);
        let both = course.started(&course.started(&nothing(), &step("c", 0)), &step("b", 0));
        assert_eq!(both.running, vec![step("c", 0), step("b", 0)]);
        assert_eq!(both.percentage, course.started(&nothing(), &step("c", 0)).percentage);
        let one = course.completed(&both, &step("b", 0));
        assert_eq!((one.running, one.current), (vec![step("c", 0)], Some(step("c", 0))));
    }

    #[test]
    fn the_last_percent_belongs_to_the_ending() {
        assert_eq!(course(&[]).completed(&nothing(), &step("d", 0)).percentage, 99);
    }
}
