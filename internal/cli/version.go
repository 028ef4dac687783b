package cli

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// version is set by the linker for a release.
var version = ""

// buildInfo is the build information for a bug report.
type buildInfo struct {
	Version    string `json:"version"`
	Revision   string `json:"revision,omitempty"`
	Modified   bool   `json:"modified,omitempty"`
	Go         string `json:"go"`
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	NATSGo     string `json:"nats_go"`
	NATSServer string `json:"nats_server"`
}

// readBuildInfo reads the build information of the running binary.
func readBuildInfo() buildInfo {
	info := buildInfo{Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	if info.Version == "" {
		info.Version = strings.Trim(build.Main.Version, "()")
	}
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			info.Revision = s.Value
		case "vcs.modified":
			info.Modified = s.Value == "true"
		}
	}
	for _, dep := range build.Deps {
		switch dep.Path {
		case "github.com/nats-io/nats.go":
			info.NATSGo = dep.Version
		case "github.com/nats-io/nats-server/v2":
			info.NATSServer = dep.Version
		}
	}
	return info
}

func (b buildInfo) describe() string {
	if b.Revision == "" {
		return b.Version
	}
	short := b.Revision[:min(12, len(b.Revision))]
	if b.Modified {
		short += ", modified"
	}
	return b.Version + " " + short
}

// BuildVersion returns the version only.
func BuildVersion() string { return readBuildInfo().Version }
