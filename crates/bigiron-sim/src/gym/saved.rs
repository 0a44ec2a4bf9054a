//! An environment as text: what decides it, from which it is made again.

use super::env::Env;
use super::error::GymError;
use super::options::EnvOptions;
use super::registry::Registry;
use crate::host::Warts;
use serde::{Deserialize, Serialize};

/// Everything that decides the state of an environment. An environment is made of it again by doing the same, which takes as
/// long as the episode took; the hash shows whether it came to the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// The id of the environment.
    pub id: String,
    /// Its options, as [`EnvOptions::entries`] gives them.
    pub options: Vec<(String, String)>,
    /// The seed that began the row of episodes.
    pub base: u64,
    /// Which episode of the row it is, from 0.
    pub number: u64,
    /// The episode, if one has begun.
    pub episode: Option<SavedEpisode>,
}

/// Everything that decides an episode.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedEpisode {
    /// The warts that are on.
    pub warts: String,
    /// The numbers of the actions.
    pub actions: Vec<u16>,
    /// [`Env::state_hash`].
    pub hash: u64,
}

impl Env {
    /// What decides the state.
    pub fn save(&self) -> Saved {
        let options = self.spec().options().entries();
        let state = self.state();
        Saved {
            id: self.spec().id().to_owned(),
            options: options.map(|(name, value)| (name.to_owned(), value)).into(),
            base: state.base,
            number: state.number,
            episode: state.episode.as_ref().map(|episode| SavedEpisode {
                warts: episode.initial.warts.to_string(),
                actions: episode.log.to_vec(),
                hash: self.state_hash(),
            }),
        }
    }
}

impl Registry {
    /// Makes an environment again.
    pub fn load(&self, saved: &Saved) -> Result<Env, GymError> {
        let mut options = EnvOptions::default();
        for (name, value) in &saved.options {
            options.set(name, value)?;
        }
        let mut env = self.make(&saved.id, options)?;
        env.resume(saved)?;
        Ok(env)
    }
}

impl Env {
    fn resume(&mut self, saved: &Saved) -> Result<(), GymError> {
        let Some(episode) = &saved.episode else {
            self.stand_at(saved.base, saved.number);
            return Ok(());
        };
        let warts: Warts = episode.warts.parse()?;
        match saved.number.checked_sub(1) {
            None => self.reset(Some(saved.base), Some(&warts))?,
            Some(before) => {
                self.stand_at(saved.base, before);
                self.reset(None, Some(&warts))?;
            }
        }
        for action in &episode.actions {
            self.step(usize::from(*action))?;
        }
        match self.state_hash() == episode.hash {
            true => Ok(()),
            false => Err(GymError::Snapshot(
                "the same actions came to another state: it was saved by another version of the system or of bigiron".into(),
            )),
        }
    }
}
