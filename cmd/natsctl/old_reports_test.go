//go:build unix

package main

import "testing"

// TestReportsOfOldServers is the comparison with the monitoring port on servers
// of older releases, alone and mixed with this one.
func TestReportsOfOldServers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	t.Parallel()
	var bins []string
	for _, r := range oldReleases(t) {
		bins = append(bins, r.bin)
		t.Run(r.line(), func(t *testing.T) { compareOld(t, r.bin) })
	}
	t.Run("some old", func(t *testing.T) { compareOld(t, "", bins...) })
	t.Run("one new", func(t *testing.T) { compareOld(t, bins[0], append([]string{""}, bins[1:]...)...) })
}

func compareOld(t *testing.T, first string, others ...string) {
	nodes := readyFleet(t, first, others...)
	stageTraffic(t, monitors(nodes))
	compareReports(t, nodes[1].url("sys"), monitors(nodes))
}
