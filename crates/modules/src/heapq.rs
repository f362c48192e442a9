//! `_heapq`: binary heaps in lists.

use objects::prelude::*;

pub use _heapq::{DEFINITION, initialize};

/// Which items go to the top.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    SmallestFirst,
    LargestFirst,
}

impl Order {
    /// Whether the first item belongs above the second.
    fn is_above(self, first: &Object, second: &Object) -> Result<bool> {
        match self {
            Order::SmallestFirst => first.compare_bool(second, CompareOp::Lt),
            Order::LargestFirst => second.compare_bool(first, CompareOp::Lt),
        }
    }

    /// Moves the item at `place` up, no higher than `top`, to where its parent belongs above it.
    fn move_up(self, heap: &Heap, top: usize, mut place: usize) -> Result<()> {
        let item = heap.get(place)?;
        while place > top {
            let parent_place = (place - 1) / 2;
            let parent = heap.get(parent_place)?;
            let is_above = self.is_above(&item, &parent)?;
            heap.check()?;
            if !is_above {
                break;
            }
            heap.swap(place, parent_place)?;
            place = parent_place;
        }
        Ok(())
    }

    /// Moves the item at `top` down to a leaf along the children that belong highest, then up to its place:
    /// fewer comparisons than asking at each step, for an item that was at the end.
    fn move_down(self, heap: &Heap, top: usize) -> Result<()> {
        let end = heap.length;
        let mut place = top;
        while 2 * place + 1 < end {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            let mut child = left;
            if right < end {
                let is_left = self.is_above(&*heap.get(left)?, &*heap.get(right)?)?;
                heap.check()?;
                if !is_left {
                    child = right;
                }
            }
            heap.swap(place, child)?;
            place = child;
        }
        self.move_up(heap, top, place)
    }

    fn pop(self, list: &List) -> Result<Ref> {
        let Some(last) = list.len().checked_sub(1) else { bail!(IndexError, "index out of range") };
        let Some(item) = list.remove(last)? else { bail!(IndexError, "index out of range") };
        match list.get(0) {
            None => Ok(item),
            Some(first) => {
                list.set(0, item);
                self.move_down(&Heap::new(list), 0)?;
                Ok(first)
            }
        }
    }

    fn replace(self, list: &List, item: &Object) -> Result<Ref> {
        let Some(first) = list.get(0) else { bail!(IndexError, "index out of range") };
        list.set(0, item.to_ref());
        self.move_down(&Heap::new(list), 0)?;
        Ok(first)
    }

    fn arrange(self, list: &List) -> Result<()> {
        let heap = Heap::new(list);
        (0..heap.length / 2).rev().try_for_each(|place| self.move_down(&heap, place))
    }
}

/// A list that comparisons may not resize while it is rearranged.
struct Heap<'a> {
    list: &'a List,
    length: usize,
}

impl<'a> Heap<'a> {
    fn new(list: &'a List) -> Heap<'a> {
        Heap { list, length: list.len() }
    }

    fn check(&self) -> Result<()> {
        match self.list.len() == self.length {
            true => Ok(()),
            false => Err(raise!(RuntimeError, "list changed size during iteration")),
        }
    }

    fn get(&self, place: usize) -> Result<Ref> {
        match self.list.get(place) {
            Some(item) => Ok(item),
            None => Err(raise!(RuntimeError, "list changed size during iteration")),
        }
    }

    fn swap(&self, first: usize, second: usize) -> Result<()> {
        let (a, b) = (self.get(first)?, self.get(second)?);
        self.list.set(first, b);
        self.list.set(second, a);
        Ok(())
    }
}

/// A heap as an argument.
struct HeapList<'a>(&'a List);

impl<'a> FromArgument<'a> for HeapList<'a> {
    fn from_argument(value: &'a Object, _: &objects::arguments::Place) -> Result<Self> {
        match value.downcast::<List>() {
            Some(list) => Ok(HeapList(list)),
            None => Err(raise!(TypeError, "heap argument must be a list")),
        }
    }
}

/// Heap queue algorithm (a.k.a. priority queue).
///
/// Heaps are arrays for which a[k] <= a[2*k+1] and a[k] <= a[2*k+2] for
/// all k, counting elements from 0.  For the sake of comparison,
/// non-existing elements are considered to be infinite.  The interesting
/// property of a heap is that a[0] is always its smallest element.
#[module(name = "_heapq")]
pub mod _heapq {
    use objects::prelude::*;

    use super::{Heap, HeapList, Order};

    /// Push item onto heap, maintaining the heap invariant.
    #[function("(heap, item, /)")]
    fn heappush(heap: HeapList, item: &Object) -> Result<()> {
        heap.0.push(item.to_ref())?;
        let heap = Heap::new(heap.0);
        Order::SmallestFirst.move_up(&heap, 0, heap.length - 1)
    }

    /// Pop the smallest item off the heap, maintaining the heap invariant.
    #[function("(heap, /)")]
    fn heappop(heap: HeapList) -> Result<Ref> {
        Order::SmallestFirst.pop(heap.0)
    }

    /// Pop and return the current smallest value, and add the new item.
    ///
    /// This is faster than heappop() followed by heappush(), and right where the heap keeps its size. The value
    /// returned may be larger than the item.
    #[function("(heap, item, /)")]
    fn heapreplace(heap: HeapList, item: &Object) -> Result<Ref> {
        Order::SmallestFirst.replace(heap.0, item)
    }

    /// Push item on the heap, then pop and return the smallest item from the heap.
    ///
    /// This is faster than heappush() followed by a separate call to heappop().
    #[function("(heap, item, /)")]
    fn heappushpop(heap: HeapList, item: &Object) -> Result<Ref> {
        let Some(first) = heap.0.get(0) else { return Ok(item.to_ref()) };
        match first.compare_bool(item, CompareOp::Lt)? {
            true => Order::SmallestFirst.replace(heap.0, item),
            false => Ok(item.to_ref()),
        }
    }

    /// Transform list into a heap, in-place, in O(len(heap)) time.
    #[function("(heap, /)")]
    fn heapify(heap: HeapList) -> Result<()> {
        Order::SmallestFirst.arrange(heap.0)
    }

    /// Maxheap variant of heappop.
    #[function("(heap, /)")]
    fn _heappop_max(heap: HeapList) -> Result<Ref> {
        Order::LargestFirst.pop(heap.0)
    }

    /// Maxheap variant of heapreplace.
    #[function("(heap, item, /)")]
    fn _heapreplace_max(heap: HeapList, item: &Object) -> Result<Ref> {
        Order::LargestFirst.replace(heap.0, item)
    }

    /// Maxheap variant of heapify.
    #[function("(heap, /)")]
    fn _heapify_max(heap: HeapList) -> Result<()> {
        Order::LargestFirst.arrange(heap.0)
    }
}
