//! Sessions that can be copied: their windows come from a pool and go back there.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::lane::{Lane, Settings, key, make};

thread_local! {
    static POOL: RefCell<Vec<Box<Lane>>> = const { RefCell::new(Vec::new()) };
    static FRESH: RefCell<HashMap<(String, u32, u32), Box<Lane>>> = RefCell::new(HashMap::new());
}

/// A session that can be copied.
pub(crate) struct Pooled(Option<Box<Lane>>);

impl Pooled {
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    pub(crate) fn fresh(settings: &Settings) -> Self {
        let key = (key(settings), settings.first_request.get(), settings.first_sheet.0);
        FRESH.with_borrow_mut(|fresh| Self::copy(fresh.entry(key).or_insert_with(|| make(settings.clone()))))
    }

    fn copy(of: &Lane) -> Self {
        let mut copy = POOL.with_borrow_mut(Vec::pop).unwrap_or_else(|| make(of.settings().clone()));
        assert!(copy.copy_from(of));
        Self(Some(copy))
    }

    pub(crate) fn get(&self) -> &Lane {
        self.0.as_ref().unwrap()
    }

    pub(crate) fn get_mut(&mut self) -> &mut Lane {
        self.0.as_mut().unwrap()
    }
}

impl Clone for Pooled {
    fn clone(&self) -> Self {
        Self::copy(self.get())
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        if let Some(lane) = self.0.take() {
            let _ = POOL.try_with(|pool| pool.borrow_mut().push(lane));
        }
    }
}
