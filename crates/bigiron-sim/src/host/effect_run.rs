//! Effects that are evaluated and applied one by one, so that each sees what those before it did: those of a job, and those
//! that set the tables up.

use super::abend::AbendCause;
use super::effect::Op;
use super::rules::RuleEffects;
use super::view::HostView;
use super::{Host, Millis};
use crate::system::expr::test;
use crate::system::model::{Effect, JobId};
use crate::system::record::StoredRow;
use crate::system::value::Row;
use crate::system::wart::WartOccasion;
use std::slice;

/// A run of effects on a host.
pub(super) struct EffectRun<'h> {
    host: &'h mut Host,
    /// The job, whose warts bend its effects; none in a set-up.
    job: Option<JobId>,
    /// Bound rows, the innermost last.
    rows: Vec<Option<Row>>,
    /// The delays so far, in sum.
    delay: Millis,
}

impl<'h> EffectRun<'h> {
    /// A run of a job's effects.
    pub fn of_job(host: &'h mut Host, job: JobId) -> EffectRun<'h> {
        EffectRun {
            job: Some(job),
            ..EffectRun::of_set_up(host)
        }
    }

    /// A run of the effects of a set-up.
    pub fn of_set_up(host: &'h mut Host) -> EffectRun<'h> {
        EffectRun {
            host,
            job: None,
            rows: Vec::new(),
            delay: 0,
        }
    }

    /// Performs effects; gives the sum of their delays.
    pub fn perform(mut self, effects: &[Effect]) -> Result<Millis, AbendCause> {
        self.all(effects)?;
        Ok(self.delay)
    }

    fn all(&mut self, effects: &[Effect]) -> Result<(), AbendCause> {
        effects.iter().try_for_each(|effect| self.one(effect))
    }

    fn one(&mut self, effect: &Effect) -> Result<(), AbendCause> {
        match effect {
            Effect::Each {
                table,
                filter,
                effects,
            } => {
                let passing = self.evaluation().passing(*table, filter.as_ref())?;
                let mut passing = passing.into_iter();
                passing.try_for_each(|row| self.with(effects, [Some(row)]))
            }
            Effect::When {
                test: condition,
                then,
                otherwise,
            } => {
                let holds = test(condition, &self.evaluation().view)?;
                self.all(if holds { then } else { otherwise })
            }
            Effect::Compare(compare) => {
                let filter = compare.filter.as_ref();
                for left in self.evaluation().passing(compare.left, filter)? {
                    let (right, effects) = self.evaluation().verdict(compare, &left)?;
                    self.with(effects, [right, Some(left)])?;
                }
                Ok(())
            }
            single => self.single(single),
        }
    }

    /// Performs effects with more rows bound.
    fn with<const N: usize>(
        &mut self,
        effects: &[Effect],
        bound: [Option<Row>; N],
    ) -> Result<(), AbendCause> {
        self.rows.extend(bound);
        let done = self.all(effects);
        self.rows.truncate(self.rows.len() - N);
        done
    }

    /// Performs an effect that holds no others, as the warts of the job bend it.
    fn single(&mut self, effect: &Effect) -> Result<(), AbendCause> {
        let mut evaluation = self.evaluation();
        evaluation.effects(slice::from_ref(effect))?;
        let (mut ops, numbered) = (evaluation.ops, evaluation.numbered);
        self.host.keep_numbers(numbered);
        if let Some(job) = self.job {
            ops = self.host.bent(WartOccasion::Job(job), ops);
        }
        for op in ops {
            match op {
                Op::Delay(by) => self.delay = self.delay.saturating_add(by),
                op => self.host.apply(op)?,
            }
        }
        Ok(())
    }

    /// The evaluation of an effect with the rows that are bound.
    fn evaluation(&self) -> RuleEffects<'_> {
        let mut view = HostView::new(self.host, None);
        let own = |row: &Option<Row>| row.clone().map(StoredRow::Own);
        view.rows = self.rows.iter().map(own).collect();
        RuleEffects::new(view, &self.host.region.system, &self.host.tables)
    }
}
