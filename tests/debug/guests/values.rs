// Values of Rust: structures, enumerations, texts, slices, containers; `stop` is where a debugger is to look.
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::cell::RefCell;

#[derive(Debug, Clone)]
struct Point { x: i32, y: i32 }
#[derive(Debug)]
enum Shape { Circle(f64), Rect { w: u32, h: u32 }, Empty }
#[derive(Debug, Clone, Copy)]
enum Color { Red, Green = 5, Blue }
struct Unit;
struct Pair(i32, String);

trait Area { fn area(&self) -> f64; }
impl Area for Shape {
    fn area(&self) -> f64 {
        match self {
            Shape::Circle(r) => 3.0 * r * r,
            Shape::Rect { w, h } => (w * h) as f64,
            Shape::Empty => 0.0,
        }
    }
}

fn largest<T: PartialOrd + Copy>(items: &[T]) -> T {
    let mut best = items[0];
    for &item in items {
        if item > best {
            best = item;
        }
    }
    best
}

fn total(shapes: &[Shape]) -> f64 {
    let mut sum = 0.0;
    for shape in shapes {
        sum += shape.area();
    }
    sum
}

#[inline(never)]
fn stop() {
    println!("stop");
}

fn main() {
    let name = String::from("hello");
    let text: &str = "slice";
    let numbers = vec![3, 1, 4, 1, 5];
    let points = vec![Point { x: 1, y: 2 }, Point { x: 3, y: 4 }];
    let shapes = vec![Shape::Circle(1.5), Shape::Rect { w: 2, h: 3 }, Shape::Empty];
    let color = Color::Green;
    let maybe: Option<i32> = Some(7);
    let none: Option<Box<i32>> = None;
    let boxed = Box::new(42);
    let result: Result<i32, String> = Err("bad".to_string());
    let slice = &numbers[1..3];
    let pair = Pair(1, "two".to_string());
    let unit = Unit;
    let tuple = (1u8, 'c', true, 2.5f32);
    let array = [1u16, 2, 3];
    let mut map = HashMap::new();
    map.insert("one", 1);
    let shared = Rc::new(RefCell::new(5));
    let dynamic: Box<dyn Area> = Box::new(Shape::Circle(2.0));
    let closure = |n: i32| n + numbers[0];
    let empty: Vec<u8> = Vec::new();
    let bytes = b"bytes";
    let ch = 'x';
    let big = 1u128 << 100;
    let no_tree: BTreeMap<i32, i32> = BTreeMap::new();
    let mut named_tree = BTreeMap::new();
    named_tree.insert("b".to_string(), vec![1, 2]);
    named_tree.insert("a".to_string(), vec![]);
    let mut deep_tree = BTreeMap::new();
    for i in 0..180u16 { deep_tree.insert((i * 7) % 180, u64::from(i)); }
    let tree_set: BTreeSet<u8> = vec![3u8, 1, 2].into_iter().collect();
    let f = largest as fn(&[i32]) -> i32;
    stop();
    let sum = total(&shapes);
    println!("{} {} {} {:?}", name, text, sum, largest(&numbers));
    println!("{:?} {:?} {:?} {:?}", points, color, maybe, none);
    println!("{} {:?} {:?} {}", boxed, result, slice, pair.1);
    println!("{:?} {:?} {} {}", tuple, array, map["one"], shared.borrow());
    println!("{} {} {:?} {:?} {} {} {}", dynamic.area(), closure(1), empty, bytes, ch, big, f(&[1]));
    let _ = (unit, pair.0, Color::Red, Color::Blue);
}
