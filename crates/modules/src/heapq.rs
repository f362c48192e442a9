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
            false => Err(resized()),
        }
    }

    fn get(&self, place: usize) -> Result<Ref> {
        self.list.get(place).ok_or_else(resized)
    }

    fn swap(&self, first: usize, second: usize) -> Result<()> {
        match self.list.swap(first, second) {
            true => Ok(()),
            false => Err(resized()),
        }
    }
}

#[cold]
fn resized() -> Raised {
    raise!(RuntimeError, "list changed size during iteration")
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

/// Lists arranged as heaps, whose first item is always the smallest.
///
/// In a heap no item is larger than those at twice its index and one or two
/// more. So to put an item in, or to take the first one out, needs no more
/// steps than the number of items has binary digits.
#[module(name = "_heapq")]
pub mod _heapq {
    use objects::prelude::*;

    use super::{Heap, HeapList, Order};

    /// Put an item into a heap.
    #[function("(heap, item, /)")]
    fn heappush(heap: HeapList, item: &Object) -> Result<()> {
        heap.0.push(item.to_ref())?;
        let heap = Heap::new(heap.0);
        Order::SmallestFirst.move_up(&heap, 0, heap.length - 1)
    }

    /// Take the smallest item out of a heap. Raises IndexError if it is empty.
    #[function("(heap, /)")]
    fn heappop(heap: HeapList) -> Result<Ref> {
        Order::SmallestFirst.pop(heap.0)
    }

    /// Take the smallest item out of a heap and put another one in.
    ///
    /// Both in one step, this is faster than heappop() and heappush(), and the heap keeps its size. What is returned
    /// may be
    /// larger than the new item. Raises IndexError if the heap is empty.
    #[function("(heap, item, /)")]
    fn heapreplace(heap: HeapList, item: &Object) -> Result<Ref> {
        Order::SmallestFirst.replace(heap.0, item)
    }

    /// Put an item into a heap and take the smallest one out, which may be the item itself.
    ///
    /// Both in one step, this is faster than heappush() and heappop().
    #[function("(heap, item, /)")]
    fn heappushpop(heap: HeapList, item: &Object) -> Result<Ref> {
        let Some(first) = heap.0.get(0) else { return Ok(item.to_ref()) };
        match first.compare_bool(item, CompareOp::Lt)? {
            true => Order::SmallestFirst.replace(heap.0, item),
            false => Ok(item.to_ref()),
        }
    }

    /// Arrange the items of a list as a heap, in a time that grows as their number does.
    #[function("(heap, /)")]
    fn heapify(heap: HeapList) -> Result<()> {
        Order::SmallestFirst.arrange(heap.0)
    }

    /// Take the largest item out of a heap that has the largest one first.
    #[function("(heap, /)")]
    fn _heappop_max(heap: HeapList) -> Result<Ref> {
        Order::LargestFirst.pop(heap.0)
    }

    /// Take the largest item out of a heap that has the largest one first, and put another one in.
    #[function("(heap, item, /)")]
    fn _heapreplace_max(heap: HeapList, item: &Object) -> Result<Ref> {
        Order::LargestFirst.replace(heap.0, item)
    }

    /// Arrange the items of a list as a heap that has the largest one first.
    #[function("(heap, /)")]
    fn _heapify_max(heap: HeapList) -> Result<()> {
        Order::LargestFirst.arrange(heap.0)
    }
}
