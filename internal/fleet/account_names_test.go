package fleet

import (
	"errors"
	"slices"
	"testing"

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
