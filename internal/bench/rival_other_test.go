//go:build !unix

package bench

// rssMB is not known here.
func (p *rivalProcess) rssMB() float64 { return 0 }
