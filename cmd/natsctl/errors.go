package main

import "slices"

// advices joins what the commands know to do about their errors. The first row
// that matches is used, so a more particular error stands before a more general
// one.
func advices() []advice {
	return slices.Concat(actAdvices(), fleetAdvices(), topAdvices(), clusterAdvices(), benchAdvices(), contextCommandAdvices(), exporterAdvices())
}
