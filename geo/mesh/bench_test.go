package mesh

import (
	"fmt"
	"testing"
)

func BenchmarkCity(b *testing.B) {
	shapes := city()
	vertices := 0
	for _, s := range shapes {
		for _, r := range s {
			vertices += len(r)
		}
	}
	b.Logf("%d shapes, %d vertices", len(shapes), vertices)
	b.Run("New", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			New(shapes)
		}
	})
	m := New(shapes)
	for z := 7; z <= 16; z++ {
		b.Run(fmt.Sprintf("z%d", z), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Level(uint(19-z), 1)
			}
		})
	}
	b.Run("New+z7-z14", func(b *testing.B) {
		for b.Loop() {
			m := New(shapes)
			for z := 7; z <= 14; z++ {
				m.Level(uint(19-z), 1)
			}
		}
	})
	b.Run("New+z7-z16", func(b *testing.B) {
		for b.Loop() {
			m := New(shapes)
			for z := 7; z <= 16; z++ {
				m.Level(uint(19-z), 1)
			}
		}
	})
}
