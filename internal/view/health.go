package view

import (
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// Health returns the columns of a table of health: a row for each server, or
// for each of its health errors.
func Health() []Column[*fleet.HealthRow] {
	reason := func(value func(*fleet.HealthRow) any) func(*fleet.HealthRow) any {
		return func(r *fleet.HealthRow) any {
			if r.Error == nil {
				return nil
			}
			return value(r)
		}
	}
	return append(serverColumns(func(r *fleet.HealthRow) *fleet.Server { return r.Server }), []Column[*fleet.HealthRow]{
		{Name: "status", Title: "Status", Help: "ok, or the status that the server reports.", Value: func(r *fleet.HealthRow) any {
			if r.Health == nil {
				return nil
			}
			return r.Health.Status
		}, Level: func(r *fleet.HealthRow) Level { return r.Level() }},
		{Name: "status_code", Title: "Code", Help: "Its health as an HTTP status; old servers report none.", Value: func(r *fleet.HealthRow) any {
			if r.Health == nil {
				return nil
			}
			return positive(r.Health.StatusCode)
		}},
		{Name: "type", Title: "Type", Help: "What is unhealthy: CONNECTION, JETSTREAM, ACCOUNT, STREAM, CONSUMER.", Value: reason(func(r *fleet.HealthRow) any { return r.Error.Type.String() })},
		{Name: "account", Title: "Account", Help: "Account of it.", Value: reason(func(r *fleet.HealthRow) any { return r.Error.Account })},
		{Name: "stream", Title: "Stream", Help: "Stream of it.", Value: reason(func(r *fleet.HealthRow) any { return r.Error.Stream })},
		{Name: "consumer", Title: "Consumer", Help: "Consumer of it.", Value: reason(func(r *fleet.HealthRow) any { return r.Error.Consumer })},
		{Name: "error", Title: "Error", Help: "The server's own words.", Value: func(r *fleet.HealthRow) any {
			switch {
			case r.Error != nil:
				return r.Error.Error
			case r.Health == nil:
				return nil
			}
			return r.Health.Error
		}},
	}...)
}

// Certificates returns the columns of a table of listeners and their
// certificates.
func Certificates() []Column[*fleet.ListenerRow] {
	dated := func(value func(*fleet.ListenerRow) any) func(*fleet.ListenerRow) any {
		return func(r *fleet.ListenerRow) any {
			if r.NotAfter.IsZero() {
				return nil // without TLS, or not reported
			}
			return value(r)
		}
	}
	return append(serverColumns(func(r *fleet.ListenerRow) *fleet.Server { return r.Server }), []Column[*fleet.ListenerRow]{
		{Name: "listener", Title: "Listener", Help: "client, route, gateway, leafnode, websocket or mqtt.", Value: func(r *fleet.ListenerRow) any { return r.Name }},
		{Name: "host", Title: "Host", Help: "Address that it listens on.", Value: func(r *fleet.ListenerRow) any { return r.Host }},
		{Name: "port", Title: "Port", Help: "Port that it listens on.", Value: func(r *fleet.ListenerRow) any { return r.Port }},
		{Name: "tls", Title: "TLS", Help: "Whether it asks for TLS.", Value: func(r *fleet.ListenerRow) any { return r.TLS }},
		{Name: "not_after", Title: "Valid until", Help: "End of its certificate's life (2.11.12, 2.12.4).", Unit: Instant, Value: dated(func(r *fleet.ListenerRow) any { return r.NotAfter }), Level: certificateLevel},
		{Name: "left_seconds", Title: "Left", Help: "Until then, by the server's clock.", Unit: Seconds, Value: dated(func(r *fleet.ListenerRow) any { return r.LeftSeconds }), Level: certificateLevel},
	}...)
}

// certificateLevel judges the remaining lifetime of a certificate.
func certificateLevel(r *fleet.ListenerRow) Level {
	if r.NotAfter.IsZero() {
		return fleet.OK
	}
	return byLimit("certificate_seconds", r.LeftSeconds)
}

// Sharing returns the columns of a table of the exports and imports of an
// account.
func Sharing() []Column[*fleet.SharingRow] {
	return []Column[*fleet.SharingRow]{
		{Name: "account", Title: "Account", Help: "Account that shares.", Value: func(r *fleet.SharingRow) any { return r.Account }, Label: func(r *fleet.SharingRow) string { return r.Label }},
		{Name: "direction", Title: "Direction", Help: "export or import.", Value: func(r *fleet.SharingRow) any {
			if r.Export {
				return "export"
			}
			return "import"
		}},
		{Name: "type", Title: "Type", Help: "stream or service.", Value: func(r *fleet.SharingRow) any { return r.Type }},
		{Name: "subject", Title: "Subject", Help: "Subject, as its owner knows it.", Value: func(r *fleet.SharingRow) any { return r.Subject }},
		{Name: "local_subject", Title: "Local", Help: "Subject, as the importer knows it.", Value: func(r *fleet.SharingRow) any { return r.Local }},
		{Name: "accounts", Title: "With", Help: "Account that it comes from; accounts that may import it.", Value: func(r *fleet.SharingRow) any { return r.Peers }, Label: func(r *fleet.SharingRow) string { return strings.Join(r.PeerNames, ",") }},
		{Name: "private", Title: "Private", Help: "Whether an export needs an activation or an approved account.", Value: func(r *fleet.SharingRow) any { return r.Private }},
		{Name: "invalid", Title: "Invalid", Help: "Whether the server refused an import.", Value: func(r *fleet.SharingRow) any { return r.Invalid }, Level: func(r *fleet.SharingRow) Level { return skew(r.Invalid) }},
		{Name: "name", Title: "Name", Help: "Its name.", Wide: true, Value: func(r *fleet.SharingRow) any { return r.Name }},
	}
}

// Findings returns the columns of a table of findings.
func Findings() []Column[checks.Finding] {
	return []Column[checks.Finding]{
		{Name: "level", Title: "Level", Help: "info, warn, crit or unknown.", Value: func(f checks.Finding) any { return f.Level.String() }, Level: func(f checks.Finding) Level { return f.Level }},
		{Name: "check", Title: "Check", Help: "Name of the check.", Value: func(f checks.Finding) any { return f.Check }},
		{Name: "object", Title: "Object", Help: "The server, link, stream or connection concerned.", Value: func(f checks.Finding) any { return f.Object }},
		{Name: "where", Title: "Where", Help: "The cluster, server or account that it is in.", Value: func(f checks.Finding) any { return f.Where }},
		{Name: "what", Title: "What", Help: "What is wrong.", Value: func(f checks.Finding) any { return f.What }},
		{Name: "value", Title: "Value", Help: "The value that was judged.", Unit: Count, Wide: true, Value: func(f checks.Finding) any { return measured(f, f.Value) }},
		{Name: "limit", Title: "Limit", Help: "The threshold that it passed.", Unit: Count, Wide: true, Value: func(f checks.Finding) any { return measured(f, f.Limit) }},
		{Name: "unit", Title: "Unit", Help: "Of value and limit.", Wide: true, Value: func(f checks.Finding) any { return f.Unit }},
		{Name: "since", Title: "Since", Help: "When it began, where that is known.", Wide: true, Value: func(f checks.Finding) any { return instant(f.Since) }},
		{Name: "why", Title: "Why it matters", Help: "Why it matters.", Wide: true, Value: func(f checks.Finding) any { return f.Why }},
		{Name: "next", Title: "Next", Help: "What to do next.", Value: func(f checks.Finding) any { return f.Next }},
		{Name: "cause", Title: "Cause", Help: "The object of the cause that explains it.", Wide: true, Value: func(f checks.Finding) any { return f.Cause }},
	}
}

func measured(f checks.Finding, v float64) any {
	if f.Unit == "" {
		return nil
	}
	return v
}
