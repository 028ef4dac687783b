package page

// All is the table of pages; those with a digit are the tabs. A new page is
// one row.
func All() []*Spec {
	return []*Spec{
		topoSpec(), ownSpec(), serversSpec(), connsSpec(), accountsSpec(), jetStreamSpec(), eventsSpec(), alertsSpec(),
		serverSpec(), consumersSpec(), objectSpec(),
	}
}
