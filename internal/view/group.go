package view

import "slices"

// GroupBy groups a table by one column: a row for each value, with the number
// of rows and the sums of the summed columns. Groups are in the order of their
// first row.
func (g Grid) GroupBy(name string) (Grid, error) {
	by, err := g.Index(name)
	if err != nil {
		return Grid{}, err
	}
	key := g.Heads[by]
	key.Wide, key.Sum = false, false
	out := Grid{Heads: []Head{key, {Name: "rows", Title: "Rows", Help: "Rows of this value.", Unit: Count, Sum: true}}}
	var sums []int
	for i, h := range g.Heads {
		if h.Sum && i != by {
			sums = append(sums, i)
			out.Heads = append(out.Heads, h)
		}
	}
	groups := map[string]*Grid{}
	var order []string
	for _, row := range g.Rows {
		value := Raw(row[by].Raw)
		if groups[value] == nil {
			groups[value] = &Grid{Heads: g.Heads}
			order = append(order, value)
		}
		groups[value].Rows = append(groups[value].Rows, row)
	}
	for _, value := range order {
		group := groups[value]
		cells := []Cell{{Raw: group.Rows[0][by].Raw, Label: group.Rows[0][by].Label, Unit: key.Unit}, {Raw: len(group.Rows), Unit: Count}}
		for _, i := range sums {
			cells = append(cells, Cell{Raw: group.sum(i), Unit: g.Heads[i].Unit})
		}
		out.Rows = append(out.Rows, slices.Clip(cells))
	}
	return out, nil
}
