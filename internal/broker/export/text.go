package export

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// exportReadme returns a README that says how to run the export.
func (p exported) exportReadme(f Format, secrets bool, left []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cluster %s\n\n%s", p.Spec.Name, p.exportHowTo(f))
	if !secrets {
		fmt.Fprintf(&b, "\n## Secrets\n\nPut your own in place of %s in the files *.secrets.conf: each means the same everywhere.\n", SetMe)
		if len(left) > 0 {
			b.WriteString("These files hold secrets and were left out; make your own:\n\n")
			for _, name := range left {
				fmt.Fprintf(&b, "- %s\n", name)
			}
		}
		b.WriteString("\nnatsctl cluster export --with-secrets writes those of the local cluster.\n")
	}
	b.WriteString("\n## Settings\n\nAll settings that are not written are the server's own. Lame duck mode is too: locally it takes 30s, with a grace period of 1s.\n")
	if !p.Spec.NoJetStream {
		fmt.Fprintf(&b, "JetStream may use %s of memory and %s of files on each server, as locally.\n", plan.MaxMemoryStore, plan.MaxFileStore)
	}
	if p.PKI != nil {
		b.WriteString("\n## Certificates\n\nThey are for localhost, 127.0.0.1 and the names of the nodes, from an authority that was made for rehearsals.\n")
	}
	return b.String()
}

func (p exported) exportHowTo(f Format) string {
	var b strings.Builder
	switch f {
	case Compose:
		b.WriteString("    docker compose up -d\n\nClients connect to the same ports on 127.0.0.1 as to the local cluster.\n")
	case Systemd:
		fmt.Fprintf(&b, "Copy this directory to /etc/nats/%s, for its owner nats only, and the units to /etc/systemd/system. Then:\n\n", p.Spec.Name)
		for _, n := range p.Nodes {
			fmt.Fprintf(&b, "    systemctl enable --now %s\n", p.unit(n))
		}
		b.WriteString("\nEach node listens on 127.0.0.1; for several hosts change the addresses in the configuration.\n")
	default:
		b.WriteString("Start all nodes from this directory, each in a terminal of its own:\n\n")
		for _, n := range p.Nodes {
			fmt.Fprintf(&b, "    nats-server -c %s.conf\n", n.Name)
		}
		b.WriteString("\nThe ports are those of the local cluster, so its contexts work; stop it first with natsctl cluster down.\n")
	}
	return b.String()
}

// unit returns the name of the systemd unit of a node.
func (p exported) unit(n plan.Node) string { return "nats-" + p.Spec.Name + "-" + n.Name + ".service" }

// systemd returns the unit of a node. It stops the server in lame duck mode, so that clients move one by one.
func (p exported) systemd(n plan.Node) string {
	return fmt.Sprintf(`[Unit]
Description=NATS server %[2]s of cluster %[1]s
Documentation=https://docs.nats.io
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/nats-server -c /etc/nats/%[1]s/%[2]s.conf
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGUSR2
TimeoutStopSec=60
Restart=on-failure
RestartSec=2
User=nats
Group=nats
StateDirectory=nats/%[1]s/%[2]s
StateDirectoryMode=0700
UMask=0077
LimitNOFILE=800000
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
PrivateDevices=true

[Install]
WantedBy=multi-user.target
`, p.Spec.Name, n.Name)
}

// compose returns the compose file: a service for each node, its ports published on the loopback interface.
func (p exported) compose() string {
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\nservices:\n", strings.ToLower(p.Spec.Name))
	for _, n := range p.Nodes {
		fmt.Fprintf(&b, "  %s:\n    image: nats:${NATS_VERSION:-2.12}\n    command: [\"-c\", \"/cluster/%s.conf\"]\n", n.Name, n.Name)
		b.WriteString("    working_dir: /cluster\n    restart: unless-stopped\n    volumes: [\"./:/cluster\"]\n    ports:\n")
		for _, r := range []plan.Role{plan.RoleClient, plan.RoleMonitor, plan.RoleWebsocket, plan.RoleMQTT} {
			if port := n.Ports[r]; port != 0 {
				fmt.Fprintf(&b, "      - \"127.0.0.1:%d:%d\"\n", port, port)
			}
		}
	}
	return b.String()
}
