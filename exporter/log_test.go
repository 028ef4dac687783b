package exporter

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// valuesLogged is a log and all that is written to it, as it was before a handler quoted it.
func valuesLogged() (*slog.Logger, *strings.Builder) {
	all := &strings.Builder{}
	return slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		all.WriteString(a.Key + "=" + a.Value.String() + "\n")
		return a
	}})), all
}

// What strangers say moves no cursor of whoever reads the log: an error of the
// fleet, of the connection, and of the state file.
func TestLogIsVisible(t *testing.T) {
	const evil, shown = "evil\x1b[31m", `evil\x1b[31m`
	for what, write := range map[string]func(*testing.T, *slog.Logger){
		"fleet": func(t *testing.T, log *slog.Logger) {
			e := exporterOf(t, nil, WithLogger(log))
			e.src = sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) { return nil, errors.New(evil) })
			scrapeText(t, e)
		},
		"state file": func(t *testing.T, log *slog.Logger) {
			path := filepath.Join(t.TempDir(), evil)
			if err := os.WriteFile(path, []byte("none of this exporter"), 0o600); err != nil {
				t.Fatal(err)
			}
			scrapeText(t, exporterOf(t, sampleFleet(), WithLogger(log), WithState(path)))
		},
		"connection": func(t *testing.T, log *slog.Logger) {
			s := stub.New(t, "n1", "N1")
			nc := s.Connect(t, nats.MaxReconnects(2), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
			s.Expel(evil)
			stub.Elapse(time.Minute)
			(&connection{}).update(nc, log)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			log, all := valuesLogged()
			write(t, log)
			if text := all.String(); !strings.Contains(text, shown) || strings.Contains(text, "\x1b") {
				t.Errorf("%s: %q", what, text)
			}
		})
	}
}

// A password in the URL of the server is not written to the log when the
// connection is there.
func TestURLInTheLogHasNoPassword(t *testing.T) {
	url := strings.Replace(stub.New(t, "n1", "N1").Listen(t), "nats://", "nats://sys:URL-SECRET@", 1)
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	log, all := valuesLogged()
	(&connection{}).update(nc, log)
	if text := all.String(); !strings.Contains(text, "connected to NATS") || !strings.Contains(text, "server=nats://sys:") || strings.Contains(text, "URL-SECRET") {
		t.Errorf("%q", text)
	}
}
