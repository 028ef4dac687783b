package checks

import "github.com/natsctl/natsctl/internal/fleet"

// namesakes returns the names that several accounts of a snapshot have.
func namesakes(s *fleet.Snapshot) map[string]bool {
	first, shared := map[string]string{}, map[string]bool{}
	add := func(id, name string) {
		if known, ok := first[name]; !ok {
			first[name] = id
		} else if known != id {
			shared[name] = true
		}
	}
	for id, name := range fleet.NewAccountNames(s) {
		add(id, name)
	}
	for _, sv := range s.Servers {
		if sv.Jsz == nil {
			continue
		}
		for _, a := range sv.Jsz.AccountDetails {
			if a.Id != "" {
				add(a.Id, a.Name)
			}
		}
	}
	for _, share := range s.Sharing {
		add(share.Importer, share.ImporterName)
		add(share.Exporter, share.ExporterName)
	}
	return shared
}

// account is how findings name an account: with its key when another one has its
// name, so that no two findings look the same.
func (c *checkup) account(id, name string) string {
	if id == name || !c.shared()[name] {
		return name
	}
	return name + " (" + id + ")"
}

// streams are the streams of the snapshot, with the accounts as findings name them.
func (c *checkup) streams() []*fleet.StreamRow {
	rows := c.streamRows()
	for _, r := range rows {
		r.Account = c.account(r.AccountID, r.Account)
	}
	return rows
}

// consumers are the consumers of the snapshot, with the accounts as findings name
// them.
func (c *checkup) consumers() []*fleet.ConsumerRow {
	rows := c.consumerRows()
	for _, r := range rows {
		r.Account = c.account(r.AccountID, r.Account)
	}
	return rows
}

// origins are the mirrors and sources of the snapshot, with the accounts as findings
// name them.
func (c *checkup) origins() []*fleet.OriginRow {
	rows := fleet.OriginRows(c.Snapshot)
	for _, r := range rows {
		r.Account = c.account(r.AccountID, r.Account)
	}
	return rows
}
