package view

import "github.com/natsctl/natsctl/internal/fleet"

// Events returns the columns of a table of events.
func Events() []Column[fleet.Event] {
	return []Column[fleet.Event]{
		{Name: "time", Title: "Time", Help: "When it happened, by the server's clock.", Unit: Instant, Value: func(e fleet.Event) any { return instant(e.Time) }},
		{Name: "level", Title: "Level", Help: "ok, info, warn or crit.", Value: func(e fleet.Event) any { return e.Level.String() }, Level: func(e fleet.Event) Level { return e.Level }},
		{Name: "kind", Title: "Kind", Help: "What happened.", Value: func(e fleet.Event) any { return string(e.Kind) }},
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Value: func(e fleet.Event) any { return e.Cluster }},
		{Name: "server", Title: "Server", Help: "Server that reported it.", Value: func(e fleet.Event) any { return e.Server }},
		{Name: "account", Title: "Account", Help: "Account concerned.", Value: func(e fleet.Event) any { return e.Account }, Label: func(e fleet.Event) string { return e.AccountName }},
		{Name: "who", Title: "Who", Help: "Client, user, server or stream concerned.", Value: func(e fleet.Event) any { return e.Who }},
		{Name: "where", Title: "Where", Help: "Its address.", Value: func(e fleet.Event) any { return e.Where }},
		{Name: "why", Title: "Why", Help: "The reason, in the server's words.", Value: func(e fleet.Event) any { return e.Why }},
		{Name: "id", Title: "ID", Help: "The server's id of the event.", Wide: true, Value: func(e fleet.Event) any { return e.ID }},
		{Name: "subject", Title: "Subject", Help: "Where it was published.", Wide: true, Value: func(e fleet.Event) any { return e.Subject }},
	}
}
