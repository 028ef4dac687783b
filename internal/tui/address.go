package tui

import (
	"context"
	"net"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
)

// addresses are the names of clients' addresses, asked for while the operator
// wants them.
type addresses struct {
	on     bool
	asking bool
	names  map[string]string // by address; empty: it has none
}

// askAtOnce is how many addresses one task asks for.
const askAtOnce = 16

// maxAddresses bounds what is remembered.
const maxAddresses = 10_000

// toggleNames begins or ends to show names in the place of addresses.
func (m *Model) toggleNames() {
	m.dns.on = !m.dns.on
	m.touch()
	if m.dns.on {
		m.say("showing the names of addresses (reverse DNS) as they come; d ends it")
		return
	}
	m.say("addresses again")
}

// lookUp asks for the names of the addresses on the screen, a few at a time;
// nil when they are known or not wanted.
func (m *Model) lookUp() tea.Cmd {
	p := m.cur()
	if !m.dns.on || m.dns.asking || p.spec.kind != connsPage || m.st == nil {
		return nil
	}
	rows, isConns := p.list().sheet.(*rowsOf[*fleet.ConnRow])
	if !isConns {
		return nil
	}
	var ips []string
	for _, row := range p.list().visible() {
		ip := rows.rows[row].Info.IP
		if _, known := m.dns.names[ip]; !known && ip != "" && !slices.Contains(ips, ip) && len(ips) < askAtOnce {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nil
	}
	m.dns.asking = true
	ask := m.opt.Lookup
	if ask == nil {
		ask = net.DefaultResolver.LookupAddr
	}
	return task(func(ctx context.Context) func(*Model) tea.Cmd {
		found := make(map[string]string, len(ips))
		for _, ip := range ips {
			names, err := ask(ctx, ip)
			found[ip] = ""
			if err == nil && len(names) > 0 {
				found[ip] = strings.TrimSuffix(names[0], ".")
			}
		}
		return act(func(m *Model) { m.named(found) })
	})
}

// named takes the names that were found.
func (m *Model) named(found map[string]string) {
	m.dns.asking = false
	if m.dns.names == nil || len(m.dns.names) > maxAddresses {
		m.dns.names = map[string]string{}
	}
	for ip, name := range found {
		m.dns.names[ip] = name
	}
	m.touch()
}

// addressText is the name of a connection's address; empty: none is known, or
// wanted.
func (m *Model) addressText(r *fleet.ConnRow) string {
	if !m.dns.on {
		return ""
	}
	return m.dns.names[r.Info.IP]
}
