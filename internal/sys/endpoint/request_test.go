package endpoint

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestRequestBodies compares what is sent, from wants whose fields all differ.
func TestRequestBodies(t *testing.T) {
	const key = "NABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVW"
	for _, tc := range []struct {
		name, kind string
		want       fleet.Want
		page       Page
		body       string
	}{
		{"nothing", "VARZ", fleet.Want{}, Page{}, ``},
		{"a scope", "VARZ", fleet.Want{Scope: fleet.Scope{Cluster: "c", Name: "n", Host: "h", Tags: []string{"a", "b"}}}, Page{}, `{"server_name":"n","cluster":"c","host":"h","exact_match":true,"tags":["a","b"]}`},
		{"an id is no name", "VARZ", fleet.Want{Scope: fleet.Scope{Name: key, Host: "h"}}, Page{}, `{"host":"h","exact_match":true}`},
		{"health", "HEALTHZ", fleet.Want{}, Page{}, `{"details":true}`},
		{"options and a scope", "HEALTHZ", fleet.Want{Scope: fleet.Scope{Name: "n"}}, Page{}, `{"details":true,"server_name":"n","exact_match":true}`},
		{"accounts", "ACCOUNTZ", fleet.Want{}, Page{}, ``},
		{"one account", "ACCOUNTZ", fleet.Want{Account: "A"}, Page{}, `{"account":"A"}`},
		{"traffic", "ACCOUNT.STATZ", fleet.Want{}, Page{}, `{"accounts":null,"include_unused":true}`},
		{
			"connections", "CONNZ",
			fleet.Want{Conns: fleet.ConnWant{State: "closed", User: "u", Account: "A", Subject: "s", Subscriptions: true, Sort: "subs", Limit: 10}},
			Page{Offset: 3, Limit: 10},
			`{"sort":"subs","auth":true,"subscriptions":true,"offset":3,"limit":10,"state":1,"user":"u","acc":"A","filter_subject":"s"}`,
		},
		{"all connections", "CONNZ", fleet.Want{Conns: fleet.ConnWant{State: "all", Sort: "subs"}}, Page{Limit: 512}, `{"auth":true,"limit":512,"state":2}`},
		{"too many to be sorted", "CONNZ", fleet.Want{Conns: fleet.ConnWant{Sort: "subs", Limit: MaxSorted + 1}}, Page{Limit: 257}, `{"auth":true,"limit":257}`},
		{"as many as can be sorted", "CONNZ", fleet.Want{Conns: fleet.ConnWant{Sort: "subs", Limit: MaxSorted}}, Page{Limit: 256}, `{"auth":true,"limit":256,"sort":"subs"}`},
		{"streams of leaders", "JSZ", fleet.Want{JS: fleet.JSWant{Streams: true}}, Page{Offset: 2, Limit: 5}, `{"accounts":true,"streams":true,"stream_leader_only":true,"offset":2,"limit":5}`},
		{"consumers on all", "JSZ", fleet.Want{JS: fleet.JSWant{Consumers: true, AllReplicas: true}}, Page{}, `{"accounts":true,"streams":true,"consumer":true}`},
		{"configurations of one account", "JSZ", fleet.Want{JS: fleet.JSWant{Config: true, Raft: true, Account: "A"}}, Page{}, `{"account":"A","streams":true,"config":true,"raft":true,"stream_leader_only":true}`},
		{"the second page of raft groups", "RAFTZ", fleet.Want{RaftAccounts: []string{"A", "B"}}, Page{Offset: 2}, `{"account":"B"}`},
	} {
		ep := Lookup(tc.kind)
		var options any
		if ep.Body != nil {
			options = ep.Body(tc.want, tc.page)
		}
		got, err := RequestBody(options, tc.want.Scope)
		if err != nil || !sameMembers(t, string(got), tc.body) {
			t.Errorf("%s: %s, want %s; %v", tc.name, got, tc.body, err)
		}
	}
	if got, err := RequestBody(nil, fleet.Scope{}); err != nil || len(got) != 0 {
		t.Errorf("nothing: %q, %v", got, err)
	}
}

// sameMembers compares JSON objects, of which empty members may be left out.
func sameMembers(t *testing.T, got, want string) bool {
	t.Helper()
	read := func(text string) map[string]any {
		out := map[string]any{}
		if text != "" {
			if err := json.Unmarshal([]byte(text), &out); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
		for k, v := range out {
			if v == nil || v == false || v == "" || v == float64(0) {
				delete(out, k)
			}
		}
		return out
	}
	a, _ := json.Marshal(read(got))
	b, _ := json.Marshal(read(want))
	return string(a) == string(b)
}

// TestRawRequests: options by hand are sent as they are, beside the page.
func TestRawRequests(t *testing.T) {
	for _, tc := range []struct {
		kind    string
		options map[string]any
		limit   int
		body    string
		onePage bool
	}{
		{"VARZ", nil, 0, `{}`, false},
		{"CONNZ", map[string]any{"auth": true}, 0, `{"auth":true,"offset":0,"limit":512}`, false},
		{"CONNZ", map[string]any{"subscriptions": true}, 0, `{"subscriptions":true,"limit":256}`, false},
		{"CONNZ", map[string]any{"subscriptions_detail": true}, 7, `{"subscriptions_detail":true,"limit":7}`, false},
		{"CONNZ", map[string]any{"sort": "subs"}, 0, `{"sort":"subs","limit":512}`, true},
		{"CONNZ", map[string]any{"sort": "cid"}, 0, `{"sort":"cid","limit":512}`, false},
		{"CONNZ", map[string]any{"sort": ""}, 0, `{"sort":"","limit":512}`, false},
		{"JSZ", map[string]any{"accounts": true}, 0, `{"accounts":true,"limit":64}`, false},
		{"JSZ", map[string]any{"consumer": true}, 0, `{"consumer":true,"limit":16}`, false},
		{"JSZ", map[string]any{"config": true}, 100, `{"config":true,"limit":16}`, false},
		{"SUBSZ", nil, 0, `{"limit":20000}`, false},
		{"ACCOUNT.STATZ", nil, 0, `{"include_unused":true}`, false},
		{"ACCOUNT.STATZ", map[string]any{"include_unused": false}, 0, `{"include_unused":false}`, false},
		{"VARZ", map[string]any{"sort": "x"}, 0, `{"sort":"x"}`, false},
	} {
		ep := NewRaw().Endpoint(Lookup(tc.kind), tc.options, tc.limit)
		p := Page{}
		if ep.Pager != nil {
			p = ep.Pager.First(fleet.Want{})
		}
		body, err := RequestBody(ep.Body(fleet.Want{}, p), fleet.Scope{})
		if err != nil || !sameMembers(t, string(body), tc.body) || ep.OnlyOnePage(tc.options) != tc.onePage {
			t.Errorf("%s %v: %s, want %s; only one page: %v", tc.kind, tc.options, body, tc.body, ep.OnlyOnePage(tc.options))
		}
		if tc.kind == "ACCOUNT.STATZ" && tc.options != nil && !strings.Contains(string(body), "false") {
			t.Errorf("an option is overwritten: %s", body)
		}
	}
}

func TestIsServerID(t *testing.T) {
	const key = "NABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVW"
	for text, want := range map[string]bool{
		key: true, "": false, key[:55]: false, key + "A": false, "A" + key[1:]: false, strings.ToLower(key): false,
		key[:55] + "1": false, key[:55] + "8": false, key[:55] + "2": true, key[:55] + "7": true, key[:55] + "A": true, key[:55] + "Z": true, key[:55] + " ": false, key[:55] + "*": false,
	} {
		if got := IsServerID(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestOlder(t *testing.T) {
	for _, tc := range []struct {
		version, since string
		want           bool
	}{
		{"2.10.25", "2.10.26", true},
		{"2.10.26", "2.10.26", false},
		{"2.10.27", "2.10.26", false},
		{"2.9.99", "2.10.0", true},
		{"3.0.0", "2.10.26", false},
		{"2.11.0-preview.2", "2.11.0", false},
		{"2.11.0", "", false},
		{"unknown", "2.11.0", false},
		{"", "2.11.0", false},
		{"2.11.0", "unknown", false},
	} {
		if got := Older(tc.version, tc.since); got != tc.want {
			t.Errorf("%s before %s: %v", tc.version, tc.since, got)
		}
	}
}

// TestAnswersRead decodes envelopes: data, errors, and what is broken, as far as
// the sender can be read.
func TestAnswersRead(t *testing.T) {
	varz := Lookup(string(fleet.Varz))
	d, err := varz.Read([]byte(`{"server":{"id":"A","name":"n1"},"data":{"port":4222}}`))
	sv := &fleet.Server{}
	if err == nil {
		d.Apply(sv)
	}
	if err != nil || d.Sender.Name != "n1" || sv.Varz.Port != 4222 || d.Value != any(sv.Varz) {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err := varz.Read([]byte(`{"server":{"id":"A"},"error":{"code":400,"description":"no"}}`)); err != nil || d.Err == nil || d.Err.Code != 400 || d.Apply != nil {
		t.Errorf("an error: %+v, %v", d, err)
	}
	if d, err := varz.Read([]byte(`{"server":{"id":"A"}}`)); err != nil || d.Value == nil {
		t.Errorf("without data: %+v, %v", d, err)
	}
	if _, err := varz.Read([]byte(`{"server":{"id":"A"},"data":{"port":"x"}}`)); err == nil {
		t.Error("a wrong type is read")
	}
	statsz := Lookup(string(fleet.Statsz))
	if d, err := statsz.Read([]byte(`{"server":{"id":"A","ver":"2.12.0"},"statsz":{"active_servers":3}}`)); err != nil || d.Value.(*server.ServerStats).ActiveServers != 3 {
		t.Errorf("%+v, %v", d, err)
	} else if d.Apply(sv); sv.Info.Version != "2.12.0" || sv.Statsz.ActiveServers != 3 {
		t.Errorf("%+v", sv)
	}
	if _, err := statsz.Read([]byte(`{"server":{"id":"A"}}`)); err == nil {
		t.Error("STATSZ without figures is read")
	}
	if d, err := Lookup(string(Idz)).Read([]byte(`{"name":"n1","host":"h","id":"A"}`)); err != nil || d.Sender.ID != "A" || d.Sender.Name != "n1" || d.Sender.Host != "h" {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestSenderOf reads who sent an answer that is cut or wrong further on.
func TestSenderOf(t *testing.T) {
	for body, want := range map[string]string{
		`{"server":{"id":"A","name":"n1"},"data":{"cut`:       "A",
		`{"x":[1,{"server":{"id":"B"}}],"server":{"id":"A"}}`: "A",
		`{"server":{"id":"A"`:                                 "",
		`["server",{"id":"A"}]`:                               "",
		`{"data":{"server":{"id":"B"}}`:                       "",
		`{"server":7}`:                                        "",
		``:                                                    "",
	} {
		got := ""
		if i := SenderOf([]byte(body)); i != nil {
			got = i.ID
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
	if Reason(&server.ApiError{Code: 503}) != "error 503" || Reason(&server.ApiError{Code: 400, Description: "bad"}) != "bad" {
		t.Error("the reason of an error")
	}
	for _, m := range []*nats.Msg{{}, {Data: []byte("x"), Header: nats.Header{"Status": {"503"}}}, {Header: nats.Header{"Status": {"408"}}}} {
		if NoResponders(m) {
			t.Errorf("%+v is taken for no responders", m)
		}
	}
	if !NoResponders(&nats.Msg{Header: nats.Header{"Status": {"503"}}}) {
		t.Error("no responders")
	}
	for _, enc := range []string{"", "gzip"} {
		if i := SenderOf(Head(packed(t, enc, []byte(`{"server":{"id":"A"},"x":"`+strings.Repeat("x", MaxAnswer))))); i == nil || i.ID != "A" {
			t.Errorf("%q: the sender of a bomb is %v", enc, i)
		}
	}
	if Head(packed(t, "zip", []byte("x"))) != nil || !errors.Is(ErrNoSender, ErrNoSender) {
		t.Error("what cannot be read has a head")
	}
}

// TestTable looks for rows by name, and at what each says of itself.
func TestTable(t *testing.T) {
	if Lookup("no such") != nil || Lookup("vArZ") == nil || Lookup("ACCOUNT.INFO").Kind != AccountInfo {
		t.Error("lookup")
	}
	if ep := Lookup("VARZ"); ep.For("ID") != "$SYS.REQ.SERVER.ID.VARZ" || !ep.Server() || ep.Account() {
		t.Errorf("%+v", ep)
	}
	if ep := Lookup("ACCOUNT.INFO"); ep.Server() || !ep.Account() || ep.For("ID") != "$SYS.REQ.ACCOUNT.{account}.INFO" {
		t.Errorf("%+v", ep)
	}
	for _, ep := range List() {
		act := strings.HasPrefix(ep.About, "Reload") || strings.HasPrefix(ep.About, "Close") || strings.HasPrefix(ep.About, "Notify") || strings.HasPrefix(ep.About, "Put") || strings.HasPrefix(ep.About, "Remove")
		if ep.Act != act || ep.Act && ep.Read != nil {
			t.Errorf("%s changes something: %v", ep.Kind, ep.Act)
		}
		if ep.About == "" || !strings.HasPrefix(ep.Subject, "$SYS.REQ.") {
			t.Errorf("%+v", ep)
		}
	}
}
