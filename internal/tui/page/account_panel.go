package page

import (
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// The maximum age of account details: of the selected account, and of the others,
// whose limits are shown too.
const (
	detailFresh = 30 * time.Second
	detailOld   = 5 * time.Minute
)

// wantedAccount returns the account to request details of next: the selected
// one, or else the one with the oldest details, since each row shows limits. It
// returns "" if all details are recent enough.
func wantedAccount(ctx *Context, p *Page) string {
	if !ctx.Answered() {
		return ""
	}
	old := func(name string, than time.Duration) bool {
		d, known := ctx.State.Details[name]
		return !known || live.Age(ctx.State.Snap.Time, d.At) > than
	}
	if r, ok := p.Selected(); ok && old(r.Account, detailFresh) {
		return r.Account
	}
	var next string
	for _, r := range ctx.State.Accounts {
		if old(r.Name, detailOld) && (next == "" || ctx.State.Details[r.Name].At.Before(ctx.State.Details[next].At)) {
			next = r.Name
		}
	}
	return next
}

// detailLines describes the account's exports and imports, and its users' limits.
func detailLines(d live.AccountDetail, names live.Names) []widget.Statement {
	if d.Info == nil {
		return nil
	}
	var in, ex []string
	for _, s := range d.Shares {
		text := s.Subject
		if s.Type == "service" {
			text += " (service)"
		}
		if s.Export {
			ex = append(ex, text)
			continue
		}
		if strings.HasPrefix(s.Subject, "$SYS.") || strings.HasPrefix(s.Subject, "$JS.") {
			continue // every account imports these from the system account
		}
		if s.Local != "" && s.Local != s.Subject {
			text += " as " + s.Local
		}
		if s.Invalid {
			text += " ✗ refused"
		}
		in = append(in, text+" of "+strings.Join(live.Labels(names, s.Peers), ", "))
	}
	out := []widget.Statement{listed("imports", in), listed("exports", ex)}
	if c := d.Info.Claim; c != nil {
		var parts []string
		add := func(word string, n int64, u view.Unit) {
			if n >= 0 {
				parts = append(parts, word+" "+live.Compact(u.Format(n)))
			}
		}
		add("payload at most", c.Limits.Payload, view.Bytes)
		add("subscriptions of a connection", c.Limits.Subs, view.Count)
		if c.Expires > 0 {
			parts = append(parts, "expires "+time.Unix(c.Expires, 0).UTC().Format("2006-01-02 15:04Z"))
		}
		if len(parts) > 0 {
			out = append(out, listed("its JWT", parts))
		}
	}
	return out
}

// listed returns a labeled panel line that lists the given strings, or "none".
func listed(label string, list []string) widget.Statement {
	if len(list) == 0 {
		list = []string{"none"}
	}
	return widget.Statement{Label: label, Faint: true, Indent: 13, Units: texts(list), Gap: " · "}
}

// texts sanitizes untrusted strings for display.
func texts(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = view.Text(s)
	}
	return out
}
