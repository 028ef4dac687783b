package own_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestOwnListsEnd requests pages until there are no more: by their total, and where
// that counts more than there are, by an empty page.
func TestOwnListsEnd(t *testing.T) {
	const streams, consumers = "$JS.API.STREAM.LIST", "$JS.API.CONSUMER.LIST.S1"
	for name, tc := range map[string]struct {
		excess int
		asked  map[string]int
	}{
		"as many as counted": {0, map[string]int{streams: 2, consumers: 2}},
		"fewer than counted": {5, map[string]int{streams: 3, consumers: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHome(t, "a")
				h.excess = tc.excess
				for _, stream := range []string{"S1", "S2", "S3", "S4"} {
					h.stream(stream, "a", 4, time.Unix(100, 0))
				}
				s, err := h.client().Own().Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Streams: true, Consumers: true}})
				if err != nil || len(s.Problems) > 0 {
					t.Fatalf("%v, problems %v", err, faults(s))
				}
				if list := s.Servers[0].Jsz.AccountDetails[0].Streams; len(list) != 4 || len(list[0].Consumer) != 4 {
					t.Errorf("streams %+v", list)
				}
				for subject, want := range tc.asked {
					if got := h.asked[subject]; got != want {
						t.Errorf("%s was requested %d times, want %d", subject, got, want)
					}
				}
			})
		})
	}
}

// TestOwnAnswersOnce keeps the first answer of each server, also if a leaf node
// forwards it again, and none without a sender.
func TestOwnAnswersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "a", idOf("a"))
		s.Handle("$SYS.REQ.ACCOUNT.PING.STATZ", func(m stub.Message) bool {
			for _, body := range []string{
				`{"server":{"name":"nobody"},"data":{"account_statz":[{"acc":"APP","conns":5}]}}`,
				`{"server":{"id":"NA","name":"a"},"data":{"account_statz":[{"acc":"APP","conns":7}]}}`,
				`{"server":{"id":"NA","name":"a"},"data":{"account_statz":[{"acc":"APP","conns":9}]}}`,
				`{"server":{"id":"NB","name":"b"},"data":{"account_statz":[{"acc":"APP","conns":11}]}}`,
			} {
				s.Send(stub.Message{Subject: m.Reply, Data: []byte(body)})
			}
			return true
		})
		snap, err := sys.New(s.Connect(t)).Own().Snapshot(t.Context(), fleet.Want{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string][]int{}
		for _, sv := range snap.Servers {
			got[sv.Info.Name] = append(got[sv.Info.Name], sv.AccountStatz.Accounts[0].Conns)
		}
		if len(got) != 2 || !slices.Equal(got["a"], []int{7}) || !slices.Equal(got["b"], []int{11}) {
			t.Errorf("connections by server: %v", got)
		}
	})
}

// TestOwnPagesOverlap requests pages that overlap, so that connections which closed
// in between show: then it goes back, until it is where it was. Every connection is
// listed once.
func TestOwnPagesOverlap(t *testing.T) {
	for name, tc := range map[string]struct {
		closed  int // connections that close after the first page
		offsets []int
	}{
		"none closed":      {0, []int{0, 504, 1008}},
		"as many as show":  {8, []int{0, 504, 496, 1000}},
		"fewer":            {7, []int{0, 504, 1008}},
		"more":             {20, []int{0, 504, 496, 480, 984}},
		"as far as it had": {600, []int{0, 504, 496, 480, 448, 384, 256, 0, 504}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHome(t, "a")
				h.conns["a"] = 1200
				var offsets []int
				h.page = func(o server.ConnzOptions) {
					if offsets = append(offsets, o.Offset); len(offsets) == 2 {
						h.first, h.conns["a"] = h.first+tc.closed, 1200-tc.closed
					}
				}
				own, err := h.client().OwnAccount(t.Context(), fleet.ConnWant{})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(offsets, tc.offsets) {
					t.Errorf("pages from %v, want %v", offsets, tc.offsets)
				}
				var got, want []uint64
				for _, c := range own.Snapshot.Servers[0].Connz.Conns {
					got = append(got, c.Cid)
				}
				for cid := uint64(10); cid < 1210; cid++ {
					if cid < 522 || cid >= uint64(h.first) { //nolint:gosec // small
						want = append(want, cid) // on the first page, or still open
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d connections, want %d", len(got), len(want))
				}
			})
		})
	}
}
