package tui

import (
	"context"
	"net"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/natsctl/natsctl/internal/tui/page"
)

// resolveAtOnce is the number of addresses that one task looks up.
const resolveAtOnce = 16

// maxNames is the maximum number of cached host names.
const maxNames = 10_000

// resolve looks up the host names of the visible addresses, a few at a time; it
// returns nil if they are known or not shown.
func resolve(m *Model) tea.Cmd {
	if !m.HostNames || m.resolving || m.State == nil {
		return nil
	}
	var ips []string
	for _, ip := range page.AddressesOnScreen(m.cur()) {
		if _, known := m.Names[ip]; !known && len(ips) < resolveAtOnce {
			ips = append(ips, ip)
		}
	}
	if len(ips) == 0 {
		return nil
	}
	m.resolving = true
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
		return act(func(m *Model) { addNames(m, found) })
	})
}

// addNames caches the names that were found.
func addNames(m *Model, found map[string]string) {
	m.resolving = false
	if m.Names == nil || len(m.Names) > maxNames {
		m.Names = map[string]string{}
	}
	for ip, name := range found {
		m.Names[ip] = name
	}
	m.Touch()
}
