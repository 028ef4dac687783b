//go:build !windows

package broker

import (
	"fmt"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// BenchmarkUp times clusters of processes from the order until they are ready: one server, three, and three clusters of
// three with two leaf nodes.
func BenchmarkUp(b *testing.B) {
	for name, sp := range map[string]spec.Spec{
		"1": spec.Single(), "3": spec.Nodes(3), "3x3+2": spec.Super(3, "east", "west", "eu").WithLeaf("edge", 2, "east"),
	} {
		b.Run(name, func(b *testing.B) {
			h := OpenHome(b.TempDir())
			for i := 0; b.Loop(); i++ {
				sp.Name, sp.Faults = fmt.Sprintf("bench%d", i), true
				if _, _, err := h.Up(b.Context(), Order{Spec: sp, Slot: -1}, launcher()); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				s, err := h.Status(b.Context(), sp.Name)
				if err != nil {
					b.Fatal(err)
				}
				var mem int64
				for _, n := range s.Nodes {
					mem += n.Mem
				}
				b.ReportMetric(float64(mem)/(1<<20), "MB-servers")
				if err := h.Delete(b.Context(), sp.Name); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}
