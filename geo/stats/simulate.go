package stats

import (
	"math/rand/v2"
	"runtime"
	"sync"
)

// simulate runs a chance experiment n times, on all processors. Run k draws
// from a source of its own, made from seed and k, so that the answer does not
// depend on who ran it; scratch makes what one worker reuses from run to run.
func simulate[T any](n int, seed uint64, scratch func() T, run func(k int, own T, r *rand.Rand)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for worker := range workers {
		wait.Go(func() {
			own := scratch()
			for k := worker; k < n; k += workers {
				run(k, own, rand.New(rand.NewPCG(seed, uint64(k))))
			}
		})
	}
	wait.Wait()
}

// rank is the one-sided p-value of what was observed among what was simulated:
// its rank from above, itself included. Without simulations it is 1.
func rank(observed float64, simulated []float64) float64 {
	atLeast := 1
	for _, s := range simulated {
		if s >= observed {
			atLeast++
		}
	}
	return float64(atLeast) / float64(len(simulated)+1)
}
