package page

// All is the table of pages; those with a digit are tabs. To add a page, add a
// row.
func All() []*Spec {
	return []*Spec{
		topoSpec(), ownSpec(), serversSpec(), connsSpec(), accountsSpec(), jetStreamSpec(), eventsSpec(), alertsSpec(),
		diagnosisSpec(), serverSpec(), consumersSpec(), objectSpec(),
	}
}
