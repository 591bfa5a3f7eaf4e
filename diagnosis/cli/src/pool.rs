//! Work shared by several threads, with the results in the order of the work.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TryRecvError, sync_channel},
    },
    thread,
};

/// How many items a thread may be ahead of the output.
const ITEMS_AHEAD: usize = 16;

/// How many bytes may wait or be worked on; one item alone may be larger.
const BYTES_UNDER_WAY: usize = 32 << 20;

/// The results, in the order of the items.
pub(crate) struct Ordered<O> {
    queue: Receiver<Receiver<O>>,
}

/// What is worked on.
pub(crate) trait Item: Send + 'static {
    /// How many bytes it holds.
    fn size(&self) -> usize;
}

/// Has `jobs` threads do `work` on `items`, which a thread of its own draws. At no time is more
/// under way than a bound that does not depend on how many items there are.
///
/// The threads are not waited for: whoever needs no more results may just leave.
pub(crate) fn in_order<I, O>(
    jobs: usize,
    items: impl Iterator<Item = I> + Send + 'static,
    work: impl Fn(I) -> O + Send + Sync + 'static,
) -> io::Result<Ordered<O>>
where
    I: Item,
    O: Send + 'static,
{
    let ahead = jobs * ITEMS_AHEAD;
    let (to_workers, from_reader) = sync_channel(ahead);
    let (to_output, queue) = sync_channel(ahead);
    let (from_reader, work) = (Arc::new(Mutex::new(from_reader)), Arc::new(work));
    for _ in 0..jobs {
        let (from_reader, work) = (Arc::clone(&from_reader), Arc::clone(&work));
        thread::Builder::new().spawn(move || work_off(&from_reader, &*work))?;
    }
    thread::Builder::new().spawn(move || hand_out(items, &to_workers, &to_output))?;
    Ok(Ordered { queue })
}

impl<O> Ordered<O> {
    /// The next result, `None` behind the last one; `idle` is run before a wait.
    ///
    /// # Errors
    /// What `idle` says, and where the work on this item broke off.
    pub(crate) fn next(
        &mut self,
        mut idle: impl FnMut() -> io::Result<()>,
    ) -> io::Result<Option<Result<O, BrokenOff>>> {
        let Some(result) = receive(&self.queue, &mut idle)? else {
            return Ok(None);
        };
        Ok(Some(receive(&result, &mut idle)?.ok_or(BrokenOff)))
    }
}

/// The work on an item ended without a result.
#[derive(Debug)]
pub(crate) struct BrokenOff;

/// What comes next, `None` where nobody sends any more.
fn receive<T>(
    from: &Receiver<T>,
    idle: &mut impl FnMut() -> io::Result<()>,
) -> io::Result<Option<T>> {
    match from.try_recv() {
        Ok(value) => Ok(Some(value)),
        Err(TryRecvError::Disconnected) => Ok(None),
        Err(TryRecvError::Empty) => {
            idle()?;
            Ok(from.recv().ok())
        }
    }
}

/// An item, the share of memory it takes, and who waits for its result.
struct Job<I, O> {
    item: I,
    share: Share,
    result: SyncSender<O>,
}

/// Draws the items; ends when there are none left, or when nobody waits for results any more.
fn hand_out<I: Item, O>(
    items: impl Iterator<Item = I>,
    to_workers: &SyncSender<Job<I, O>>,
    to_output: &SyncSender<Receiver<O>>,
) {
    let budget = Arc::new(Budget::default());
    for item in items {
        let share = budget.take(item.size());
        let (result, receiver) = sync_channel(1);
        let job = Job {
            item,
            share,
            result,
        };
        if to_output.send(receiver).is_err() || to_workers.send(job).is_err() {
            return;
        }
    }
}

fn work_off<I, O>(from_reader: &Mutex<Receiver<Job<I, O>>>, work: &impl Fn(I) -> O) {
    loop {
        let next = from_reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(Job {
            item,
            share,
            result,
        }) = next
        else {
            return;
        };
        // A fault that one message brings to light must not cost the others. The sender goes with
        // it, which tells the output.
        if let Ok(made) = catch_unwind(AssertUnwindSafe(|| work(item))) {
            // Nobody may be waiting any more.
            drop(result.send(made));
        }
        drop(share);
    }
}

/// How many bytes are under way.
#[derive(Default)]
struct Budget {
    taken: Mutex<usize>,
    given_back: Condvar,
}

impl Budget {
    /// Waits until there is room for `bytes`, or nothing at all is under way.
    fn take(self: &Arc<Self>, bytes: usize) -> Share {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken = self
            .given_back
            .wait_while(taken, |taken| {
                *taken > 0 && taken.saturating_add(bytes) > BYTES_UNDER_WAY
            })
            .unwrap_or_else(PoisonError::into_inner);
        *taken = taken.saturating_add(bytes);
        Share {
            bytes,
            of: Arc::clone(self),
        }
    }
}

/// Bytes under way, given back when it is dropped.
struct Share {
    bytes: usize,
    of: Arc<Budget>,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = taken.saturating_sub(self.bytes);
        self.of.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Item for usize {
        fn size(&self) -> usize {
            *self
        }
    }

    fn results(jobs: usize, items: Vec<usize>, work: fn(usize) -> usize) -> Vec<Option<usize>> {
        let mut ordered = in_order(jobs, items.into_iter(), work).unwrap();
        let mut found = Vec::new();
        while let Some(result) = ordered.next(|| Ok(())).unwrap() {
            found.push(result.ok());
        }
        found
    }

    #[test]
    fn results_come_in_the_order_of_the_items() {
        // Early items take long.
        let work =
            |item| (0..(200 - item) * 1_000).fold(item, |item, _| std::hint::black_box(item));
        let expected: Vec<_> = (0..200).map(Some).collect();
        assert_eq!(results(4, (0..200).collect(), work), expected);
        assert_eq!(results(1, (0..200).collect(), work), expected);
    }

    #[test]
    fn items_larger_than_the_budget_pass_one_by_one() {
        let huge = vec![BYTES_UNDER_WAY * 2; 5];
        let expected: Vec<_> = huge.iter().copied().map(Some).collect();
        assert_eq!(results(3, huge, |item| item), expected);
    }

    #[test]
    fn work_that_breaks_off_costs_one_result() {
        let work = |item| match item {
            1 => std::panic::resume_unwind(Box::new("broken off")),
            _ => item,
        };
        assert_eq!(results(1, vec![0, 1, 2], work), [Some(0), None, Some(2)]);
    }

    #[test]
    fn the_reader_stays_within_its_bound_when_nobody_takes_results() {
        let drawn = Arc::new(Mutex::new(0));
        let counter = Arc::clone(&drawn);
        let (done, ended) = sync_channel(1);
        let items = (0..1_000_000).map(move |item: usize| {
            *counter.lock().unwrap() += 1;
            if item == 10 * ITEMS_AHEAD {
                done.send(()).unwrap();
            }
            1
        });
        let ordered = in_order(2, items, |item| item).unwrap();
        // The reader is stuck at its bound, far before the item that would send; leaving frees it.
        drop(ordered);
        assert!(ended.recv().is_err());
        assert!(*drawn.lock().unwrap() <= 2 * ITEMS_AHEAD + 2);
    }
}
