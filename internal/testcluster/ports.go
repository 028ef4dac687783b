// Package testcluster holds what the tests of several packages share: free
// ports, programs of other server releases, and waiting for a condition. Only
// tests may import it.
package testcluster

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// Ports returns n different free TCP ports of the loopback address. They are
// below the range of ephemeral ports (Linux: 32768 and up, see ip(7)), since an
// outgoing connection could otherwise take one of them between this call and its
// use.
func Ports(t testing.TB, n int) []int {
	t.Helper()
	const lowest, highest = 15_000, 32_000
	ports := make([]int, 0, n)
	for range 100 * n {
		port := lowest + rand.IntN(highest-lowest)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		defer l.Close() //nolint:errcheck // held until all are found, so that no port is found twice
		if ports = append(ports, port); len(ports) == n {
			return ports
		}
	}
	t.Fatalf("no %d free ports between %d and %d", n, lowest, highest)
	return nil
}
