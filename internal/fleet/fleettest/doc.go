// Package fleettest makes servers and snapshots for tests, and opens the
// recorded ones. Only tests import it.
package fleettest
