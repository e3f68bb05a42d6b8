// Values of Go: texts, slices, structures, pointers; total is where a debugger is to look.
package main

import "fmt"

type Point struct{ X, Y int }
type Rect struct {
	Name string
	A, B Point
	Next *Rect
}

//go:noinline
func total(rects []Rect, first *Rect, label string) int {
	sum := 0
	numbers := []int{1, 2, 3}
	var empty []string
	for _, r := range rects {
		sum += (r.B.X - r.A.X) * (r.B.Y - r.A.Y)
	}
	fmt.Println(label, len(numbers), len(empty), first.Name)
	return sum
}

func main() {
	rects := []Rect{{"one", Point{0, 0}, Point{2, 3}, nil}, {"two", Point{1, 1}, Point{4, 4}, nil}}
	fmt.Println(total(rects, &rects[1], "area"))
}
