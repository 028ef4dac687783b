package fleet

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// The keys of three accounts.
const (
	keyA = "ACRJNOYAXTHP73XNUQTKCBYQSWS7DR6RSP7K3CKOOSIHUPHHSKEQBDV5"
	keyB = "AB2UHUMZ4QZGRPEPSEUNY3AEKJYPDHIZ6CX2A3DSZLGDWYGFOGBVGRDN"
	keyC = "ADXKZVYVWBMJB2GOKGK3CLRAFOAHWNHMVPOVTFMJBCX2N5WPSTGEMPTM"
)

// named is a snapshot in which each kind of answer reports accounts.
func named() *Snapshot {
	return &Snapshot{Servers: []*Server{
		{AccountStatz: &server.AccountStatz{Accounts: []*server.AccountStat{{Account: keyA, Name: "CHAT"}, {Account: "APP", Name: "APP"}, {Account: "$G"}}}},
		{
			Accountz:     &server.Accountz{Accounts: []string{keyA, keyC}, Account: &server.AccountInfo{AccountName: keyB, NameTag: "SHOP"}},
			AccountStatz: &server.AccountStatz{Accounts: []*server.AccountStat{{Account: keyA, Name: keyA}}}, // it has not seen the JWT
			Connz:        &server.Connz{Conns: []*server.ConnInfo{{Account: keyB}, {Account: "ADMIN", NameTag: "CHAT"}, {}}},
		},
	}}
}

// TestAccountsAreFoundByEitherName takes what servers call an account, and what
// its operator calls it.
func TestAccountsAreFoundByEitherName(t *testing.T) {
	n := NewAccountNames(named())
	for asked, want := range map[string]string{
		keyA: keyA, keyB: keyB, "SHOP": keyB, "APP": "APP", "$G": "$G", "": "", "chat": "chat", "NONE": "NONE", keyC: keyC, "ADMIN": "ADMIN",
	} {
		if got, err := n.Find(asked); got != want || err != nil {
			t.Errorf("%q: %q %v, want %q", asked, got, err, want)
		}
	}
	for account, want := range map[string]string{keyA: "CHAT", keyB: "SHOP", keyC: keyC, "APP": "APP", "other": "other", "": ""} {
		if got := n.Name(account); got != want {
			t.Errorf("%q is called %q, want %q", account, got, want)
		}
	}
}

// TestAnAmbiguousNameListsTheKeys and is none of them; an account that servers
// know by the name itself is meant before any that is only called so.
func TestAnAmbiguousNameListsTheKeys(t *testing.T) {
	n := NewAccountNames(named())
	got, err := n.Find("CHAT")
	var many *AmbiguousAccountError
	if got != "" || !errors.As(err, &many) || many.Name != "CHAT" || !slices.Equal(many.Keys, []string{keyA, "ADMIN"}) {
		t.Errorf("%q, %v", got, err)
	}
	if want := `2 accounts are named "CHAT": ` + keyA + ", ADMIN"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	n["CHAT"] = "CHAT"
	if got, err := n.Find("CHAT"); got != "CHAT" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestOrderDoesNotMatterToNames: an answer without a name takes none away.
func TestOrderDoesNotMatterToNames(t *testing.T) {
	s := named()
	slices.Reverse(s.Servers)
	if a, b := NewAccountNames(named()), NewAccountNames(s); a[keyA] != b[keyA] || a[keyB] != b[keyB] || len(a) != len(b) {
		t.Errorf("%v and %v", a, b)
	}
}

func TestIsAccountKey(t *testing.T) {
	for word, want := range map[string]bool{keyA: true, keyA[:55]: false, "A" + keyA[1:55] + "A": false, "CHAT": false, "": false, "U" + keyA[1:]: false} {
		if IsAccountKey(word) != want {
			t.Errorf("%q: %v", word, !want)
		}
	}
}

// TestStreamsOfNamesakes tells streams of two accounts with one display name
// apart, with their rates and consumers.
func TestStreamsOfNamesakes(t *testing.T) {
	look := func(sec float64, first, second uint64) *Snapshot {
		detail := func(id string, last uint64) *server.AccountDetail {
			st := server.StreamDetail{Name: "S", State: server.StreamState{LastSeq: last}, Consumer: []*server.ConsumerInfo{{Name: "C", Config: &server.ConsumerConfig{}}}}
			return &server.AccountDetail{Id: id, Name: "CHAT", Streams: []server.StreamDetail{st}}
		}
		now := time.Unix(1000, 0).Add(time.Duration(sec * float64(time.Second)))
		sv := &Server{Info: server.ServerInfo{ID: "A", Name: "a"}, Jsz: &server.JSInfo{Now: now, AccountDetails: []*server.AccountDetail{detail("ONE", first), detail("TWO", second)}}}
		return &Snapshot{Time: now, Servers: []*Server{sv}}
	}
	after := look(2, 30, 70)
	delta := NewDelta(look(0, 10, 10), after)
	var got []string
	for _, r := range StreamRows(after, delta) {
		got = append(got, fmt.Sprint(r.AccountID, " ", r.Account, " ", r.Detail.State.LastSeq, " ", r.Rates.Msgs.PerSecond))
	}
	slices.Sort(got)
	if want := []string{"ONE CHAT 30 10", "TWO CHAT 70 30"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if rows := ConsumerRows(after, delta); len(rows) != 2 || rows[0].AccountID == rows[1].AccountID || rows[0].Account != "CHAT" {
		t.Errorf("%d consumers", len(rows))
	}
}
