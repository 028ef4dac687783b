package broker

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// knockTime is how long a listener may take to answer, or to say that it does not.
const knockTime = 10 * time.Second

// knock connects to a listener of a node, over TLS unless the configuration is nil, and returns what the server says first to
// somebody whom its TLS lets through; the error is that of one who is refused.
func knock(t *testing.T, n *Node, r plan.Role, c *tls.Config) (string, error) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", n.plan.Addr(r), knockTime)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(knockTime))
	if r == plan.RoleClient || r == plan.RoleLeaf { // they say in plain text that TLS comes
		if line, err := plainLine(conn); err != nil || !strings.HasPrefix(line, "INFO ") {
			t.Fatalf("%s: %q %v", r, line, err)
		}
	}
	if c != nil {
		secure := tls.Client(conn, c)
		if err := secure.Handshake(); err != nil {
			return "", err
		}
		conn = secure
	}
	if _, err := io.WriteString(conn, greeting(r)); err != nil {
		return "", err
	}
	buf := make([]byte, 4096)
	k, err := conn.Read(buf)
	if c == nil && k > 0 && (buf[0] == 0x15 || strings.Contains(string(buf[:k]), "HTTP request to an HTTPS server")) {
		return "", errors.New("TLS is asked for")
	}
	return string(buf[:k]), err
}

// plainLine reads one line and nothing behind it.
func plainLine(conn net.Conn) (string, error) {
	var line []byte
	for b := make([]byte, 1); !strings.HasSuffix(string(line), "\n"); line = append(line, b[0]) {
		if _, err := conn.Read(b); err != nil {
			return string(line), err
		}
	}
	return string(line), nil
}

// greeting is what somebody without credentials says first to a listener.
func greeting(r plan.Role) string {
	switch r {
	case plan.RoleWebsocket, plan.RoleMonitor:
		return "GET /varz HTTP/1.1\r\nHost: localhost\r\n\r\n"
	case plan.RoleMQTT:
		return mqttConnect("", "")
	}
	return "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nPING\r\n"
}

// mqttConnect is the first packet of a client of MQTT 3.1.1 (OASIS MQTT 3.1.1, 3.1).
func mqttConnect(user, password string) string {
	text := func(s string) string { return string(binary.BigEndian.AppendUint16(nil, uint16(len(s)))) + s }
	flags, payload := byte(2), text("knock")
	if user != "" {
		flags, payload = flags|0xc0, payload+text(user)+text(password)
	}
	body := text("MQTT") + "\x04" + string([]byte{flags}) + "\x00\x3c" + payload
	return "\x10" + string([]byte{byte(len(body))}) + body
}

// listening is a cluster in which east-1 has every kind of listener.
func listening(t *testing.T, auth spec.AuthMode, tls spec.TLS) *Cluster {
	t.Helper()
	sp := spec.Super(1, "east", "west").WithLeaf("edge", 1, "east")
	sp.Auth, sp.TLS = auth, tls
	sp.Clusters[0].Websocket, sp.Clusters[0].MQTT = true, true
	return begin(t, sp)
}

// guests are who may knock: with nothing, with a certificate that another authority has issued for the same name, with one that
// the cluster has issued.
func guests(t *testing.T, c *Cluster) map[string]*tls.Config {
	t.Helper()
	foreign := spectest.Must(plan.NewAuthority("foreign"))
	p := c.plan
	out := map[string]*tls.Config{"plain": nil}
	if p.PKI == nil {
		out["no certificate"] = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // there is nobody to verify
		return out
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(p.PKI.Files[plan.CAFile("")]))
	other := plan.Plan{Spec: p.Spec, PKI: &plan.PKI{Authorities: map[string]plan.Authority{"": foreign, "east": foreign}, Files: map[string]string{}}}
	if err := plan.Office(&other).CertifyNode(p.Node("east-1")); err != nil {
		t.Fatal(err)
	}
	show := func(files map[string]string) *tls.Config {
		pair := spectest.Must(tls.X509KeyPair([]byte(files["node-east-1.pem"]), []byte(files["node-east-1.key"])))
		return &tls.Config{RootCAs: pool, ServerName: "127.0.0.1", GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }}
	}
	out["no certificate"] = &tls.Config{RootCAs: pool, ServerName: "127.0.0.1"}
	out["foreign"], out["right"] = show(other.PKI.Files), show(p.PKI.Files)
	return out
}

// TestEveryListenerOverTLS knocks at every listener in every mode of TLS: in plain text, without a certificate, with a foreign
// one and with the right one. Links between servers let nobody through without the right one.
func TestEveryListenerOverTLS(t *testing.T) {
	costly(t)
	t.Parallel()
	clients, links := []plan.Role{plan.RoleClient, plan.RoleLeaf, plan.RoleWebsocket, plan.RoleMQTT}, []plan.Role{plan.RoleRoute, plan.RoleGateway}
	for name, c := range map[string]struct {
		tls            spec.TLS
		auth           spec.AuthMode
		clients, links string // who is let through
	}{
		"none":            {spec.TLS{}, spec.AuthUsers, "plain", "plain"},
		"server":          {spec.TLS{Mode: spec.TLSServer}, spec.AuthUsers, "no certificate, foreign, right", "right"},
		"mutual":          {spec.TLS{Mode: spec.TLSMutual, CA: spec.CAPerCluster}, spec.AuthUsers, "right", "right"},
		"mutual/operator": {spec.TLS{Mode: spec.TLSMutual}, spec.AuthOperator, "right", "right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := listening(t, c.auth, c.tls)
			n := cluster.Node("east-1")
			for guest, config := range guests(t, cluster) {
				for _, r := range append(links, clients...) {
					let := c.clients
					if r == plan.RoleRoute || r == plan.RoleGateway {
						let = c.links
					}
					said, err := knock(t, n, r, config)
					if want := strings.Contains(let, guest); want != (err == nil && said != "") {
						t.Errorf("%s knocks at %s: %q, %v; let through should be %v", guest, r, said, err, want)
					}
				}
			}
			if said, err := knock(t, n, plan.RoleMonitor, nil); err != nil || !strings.HasPrefix(said, "HTTP/1.1 200") {
				t.Errorf("monitor: %q, %v", said, err)
			}
		})
	}
}

// TestRoutesTrustTheirOwnAuthority shows a certificate of another cluster's authority to a route, which refuses it, and to a
// gateway, which takes it.
func TestRoutesTrustTheirOwnAuthority(t *testing.T) {
	costly(t)
	t.Parallel()
	c := listening(t, spec.AuthUsers, spec.TLS{Mode: spec.TLSServer, CA: spec.CAPerCluster})
	files := c.plan.PKI.Files
	pair := spectest.Must(tls.X509KeyPair([]byte(files["node-west-1.pem"]), []byte(files["node-west-1.key"])))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(files["ca-east.pem"])) // what east-1 shows is of its own authority
	config := &tls.Config{RootCAs: pool, ServerName: "localhost", GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }}
	if said, err := knock(t, c.Node("east-1"), plan.RoleRoute, config); err == nil {
		t.Errorf("a route says %q", said)
	}
	if said, err := knock(t, c.Node("east-1"), plan.RoleGateway, config); err != nil {
		t.Errorf("a gateway: %q %v", said, err)
	}
}

// TestStrangersAtEveryListener comes without credentials, and with wrong ones, to every listener of every mode of authentication.
func TestStrangersAtEveryListener(t *testing.T) {
	costly(t)
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		t.Run(auth, func(t *testing.T) {
			t.Parallel()
			c := listening(t, spec.AuthMode(auth), spec.TLS{})
			n := c.Node("east-1")
			for _, r := range []plan.Role{plan.RoleRoute, plan.RoleGateway, plan.RoleLeaf} {
				for _, user := range []string{"", "route", "gateway", "leaf-APP", "app"} {
					if words := introduce(t, n, r, user, "wrong"); !strings.Contains(words, "Authorization Violation") && words != "closed" {
						t.Errorf("%s as %q: %q", r, user, words)
					}
				}
			}
			nobody := map[string]bool{"client": auth == "none", "websocket": auth == "none"}
			for what, url := range map[string]string{"client": n.ClientURL(), "websocket": "ws://" + n.plan.Addr(plan.RoleWebsocket)} {
				nc, err := nats.Connect(url)
				if (err == nil) != nobody[what] {
					t.Errorf("%s without credentials: %v", what, err)
				}
				if err == nil {
					if _, err := nc.Request(client.StatszAll, nil, 200*time.Millisecond); err == nil {
						t.Errorf("%s without credentials reaches the system account", what)
					}
					nc.Close()
				}
				if nc, err := nats.Connect(url, nats.UserInfo("app", "wrong")); err == nil {
					nc.Close()
					t.Errorf("%s with a wrong password", what)
				}
				id, _ := c.Identity("app")
				if nc, err := nats.Connect(url, client.Options(id)...); err != nil {
					t.Errorf("%s with the right credentials: %v", what, err)
				} else {
					nc.Close()
				}
			}
			if code := mqttCode(t, n, "app", "wrong"); code == 0 {
				t.Error("MQTT with a wrong password")
			}
			id, _ := c.Identity("app")
			if code := mqttCode(t, n, "app", id.Password); (code == 0) != (id.Password != "") {
				t.Errorf("MQTT with the right password: %d", code)
			}
		})
	}
}

// introduce says to a link's listener who somebody claims to be, and returns its answer.
func introduce(t *testing.T, n *Node, r plan.Role, user, password string) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", n.plan.Addr(r), knockTime)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(knockTime))
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "CONNECT {\"user\":%q,\"pass\":%q,\"name\":\"east-9\",\"gateway\":\"west\",\"cluster\":\"east\"}\r\nPING\r\n", user, password)
	words := ""
	for {
		line, err := in.ReadString('\n')
		if words += line; err != nil || strings.HasPrefix(line, "-ERR") || strings.HasPrefix(line, "PONG") {
			break
		}
	}
	if words == "" {
		return "closed"
	}
	return words
}

// mqttCode is the return code of a server to a client of MQTT: 0 lets it in.
func mqttCode(t *testing.T, n *Node, user, password string) byte {
	t.Helper()
	conn, err := net.DialTimeout("tcp", n.plan.Addr(plan.RoleMQTT), knockTime)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(knockTime))
	answer := make([]byte, 4)
	if _, err := io.WriteString(conn, mqttConnect(user, password)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(conn, answer); err != nil {
		return 255
	}
	return answer[3]
}

// TestListenersOfLoopbackOnly finds no listener of a cluster at another address of this machine.
func TestListenersOfLoopbackOnly(t *testing.T) {
	costly(t)
	t.Parallel()
	c := listening(t, spec.AuthUsers, spec.TLS{})
	for _, n := range c.Nodes() {
		for r, port := range n.plan.Ports {
			if port == 0 {
				continue
			}
			if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.2:%d", port)); err != nil { // all of 127.0.0.0/8 is taken by 0.0.0.0
				t.Errorf("%s: %s: %v", n.Name(), plan.Role(r), err)
			} else {
				l.Close()
			}
		}
		resp, err := http.Get(n.MonitorURL() + "/healthz")
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v %v", n.Name(), resp, err)
		}
		resp.Body.Close()
	}
}
