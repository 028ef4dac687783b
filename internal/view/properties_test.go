package view_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// item is a row of a table of anything: a name that tells the rows apart, and
// values that may be missing.
type item struct {
	name  string
	bytes any
	when  any
	on    any
}

var itemColumns = []view.Column[item]{
	{Name: "name", Title: "Name", Value: func(i item) any { return i.name }},
	{Name: "mem_bytes", Title: "Mem", Unit: view.Bytes, Sum: true, Value: func(i item) any { return i.bytes }},
	{Name: "when", Title: "When", Unit: view.Instant, Value: func(i item) any { return i.when }},
	{Name: "on", Title: "On", Wide: true, Value: func(i item) any { return i.on }},
}

var anyItem = rapid.Custom(func(t *rapid.T) item {
	maybe := func(v any) any {
		if rapid.IntRange(0, 4).Draw(t, "missing") == 0 {
			return nil
		}
		return v
	}
	return item{
		name:  rapid.StringOfN(rapid.RuneFrom([]rune("abz \x1b\n\u202eé")), 0, 5, -1).Draw(t, "name"),
		bytes: maybe(rapid.Int64Range(-5, 5000).Draw(t, "bytes")),
		when:  maybe(noon.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "when")) * time.Hour)),
		on:    maybe(rapid.Bool().Draw(t, "on")),
	}
})

func anyGrid(t *rapid.T) view.Grid {
	return view.NewGrid(itemColumns, slices.Values(rapid.SliceOfN(anyItem, 0, 12).Draw(t, "items")))
}

// TestSortOfAnything sorts any table by any column: nothing is lost, what is
// missing comes last in both directions, and the rest is in order, equal rows as
// they were.
func TestSortOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		for i := range g.Rows { // numbers the rows
			g.Rows[i] = append(g.Rows[i], view.Cell{Raw: i})
		}
		g.Heads = append(slices.Clone(g.Heads), view.Head{Name: "place"})
		col := rapid.IntRange(0, 3).Draw(t, "column")
		reverse := rapid.Bool().Draw(t, "reverse")
		out, err := view.Shape{Sort: g.Heads[col].Name, Reverse: reverse}.Apply(g)
		if err != nil || len(out.Rows) != len(g.Rows) || out.SortedBy != g.Heads[col].Name {
			t.Fatalf("%v: %d rows of %d, sorted by %q", err, len(out.Rows), len(g.Rows), out.SortedBy)
		}
		seen := map[int]bool{}
		for i, row := range out.Rows {
			seen[row[4].Raw.(int)] = true
			if i == 0 {
				continue
			}
			before, x, y := out.Rows[i-1], out.Rows[i-1][col].Raw, row[col].Raw
			order := inOrder(x, y)
			if reverse && x != nil && y != nil {
				order = -order
			}
			if order > 0 {
				t.Fatalf("%v stands before %v", x, y)
			}
			if order == 0 && before[4].Raw.(int) > row[4].Raw.(int) {
				t.Fatalf("equal rows changed places")
			}
		}
		if len(seen) != len(g.Rows) {
			t.Fatalf("%d different rows of %d", len(seen), len(g.Rows))
		}
	})
}

// inOrder is negative when x must stand before y: the largest number, the latest
// time and true come first, text A to Z, what is missing last.
func inOrder(x, y any) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	switch a := x.(type) {
	case int64:
		return cmp.Compare(y.(int64), a)
	case time.Time:
		return y.(time.Time).Compare(a)
	case bool:
		return cmp.Compare(fmt.Sprint(y.(bool)), fmt.Sprint(a))
	}
	return cmp.Compare(x.(string), y.(string))
}

// TestFilterOfAnything compares a filter with what it means, and a limit keeps
// the first rows.
func TestFilterOfAnything(t *testing.T) {
	operators := map[string]func(a, b int64) bool{
		">": func(a, b int64) bool { return a > b }, ">=": func(a, b int64) bool { return a >= b }, "<": func(a, b int64) bool { return a < b },
		"<=": func(a, b int64) bool { return a <= b }, "=": func(a, b int64) bool { return a == b }, "==": func(a, b int64) bool { return a == b },
		"!=": func(a, b int64) bool { return a != b },
	}
	units := map[string]int64{"": 1, "B": 1, "KB": 1000, "KiB": 1024}
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		op := rapid.SampledFrom([]string{">", ">=", "<", "<=", "=", "==", "!="}).Draw(t, "operator")
		unit := rapid.SampledFrom([]string{"", "B", "KB", "KiB"}).Draw(t, "unit")
		n := rapid.Int64Range(0, 4).Draw(t, "number")
		limit := rapid.IntRange(0, 5).Draw(t, "limit")
		source := fmt.Sprintf("mem %s %d%s", op, n, unit)
		out, err := view.Shape{Filter: source, Limit: limit}.Apply(g)
		if err != nil {
			t.Fatal(err)
		}
		var want [][]view.Cell
		for _, row := range g.Rows {
			if v, ok := row[1].Raw.(int64); ok && operators[op](v, n*units[unit]) {
				want = append(want, row)
			}
		}
		if limit > 0 && len(want) > limit {
			want = want[:limit]
		}
		if len(want) != len(out.Rows) {
			t.Fatalf("%s: %d rows, want %d", source, len(out.Rows), len(want))
		}
		for i := range want {
			if !slices.EqualFunc(want[i], out.Rows[i], func(a, b view.Cell) bool { return view.Raw(a.Raw) == view.Raw(b.Raw) }) {
				t.Fatalf("%s: row %d is %v, want %v", source, i, out.Rows[i], want[i])
			}
		}
	})
}

// TestTotalsOfAnything adds up what was reported, and no more.
func TestTotalsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		sum, any := 0.0, false
		groups := map[string]float64{}
		for _, row := range g.Rows {
			if v, ok := row[1].Raw.(int64); ok {
				sum, any = sum+float64(v), true
			}
			groups[view.Raw(row[0].Raw)]++
		}
		totals := g.Totals("total")
		if got := totals[1].Raw; any != (got != nil) || any && got != sum {
			t.Fatalf("total %v, want %v", got, sum)
		}
		if totals[0].Raw != "total" || totals[1].Unit != view.Bytes || totals[2].Raw != "" {
			t.Fatalf("%+v", totals)
		}
		grouped, err := g.GroupBy("name")
		if err != nil || len(grouped.Rows) != len(groups) {
			t.Fatalf("%v: %d groups, want %d", err, len(grouped.Rows), len(groups))
		}
		all := 0.0
		for _, row := range grouped.Rows {
			if float64(row[1].Raw.(int)) != groups[view.Raw(row[0].Raw)] {
				t.Fatalf("group %v has %v rows", row[0].Raw, row[1].Raw)
			}
			if v, ok := row[2].Raw.(float64); ok {
				all += v
			}
		}
		if any && all != sum {
			t.Fatalf("groups add up to %v, want %v", all, sum)
		}
	})
}

// TestFormatsOfAnything writes any table in each format and reads it back: no
// character that moves a cursor, one line a row, the same values.
func TestFormatsOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrid(t)
		var tsv, csvOut, js, yml, table bytes.Buffer
		for _, err := range []error{
			view.TSV(&tsv, g, true), view.CSV(&csvOut, g, true), view.JSON(&js, g.Records(), false), view.YAML(&yml, g.Records()),
			view.Style{Wide: true}.Table(&table, g, g.Totals("total")),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for name, out := range map[string]string{"tsv": tsv.String(), "csv": csvOut.String(), "json": js.String(), "yaml": yml.String(), "table": table.String()} {
			clean := strings.NewReplacer("\n", "", "\t", "").Replace(out)
			if strings.ContainsFunc(clean, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) || !utf8.ValidString(out) {
				t.Fatalf("%s: %q", name, out)
			}
		}
		if got := strings.Count(tsv.String(), "\n"); got != len(g.Rows) {
			t.Fatalf("%d lines for %d rows", got, len(g.Rows))
		}
		if got := strings.Count(table.String(), "\n"); got != len(g.Rows)+2 {
			t.Fatalf("%d lines for %d rows and two more", got, len(g.Rows))
		}
		lines, err := csv.NewReader(&csvOut).ReadAll()
		if err != nil || len(lines) != len(g.Rows)+1 || !slices.Equal(lines[0], g.Names()) {
			t.Fatalf("%v %q", err, lines)
		}
		var back []map[string]any
		if err := json.Unmarshal(js.Bytes(), &back); err != nil || len(back) != len(g.Rows) {
			t.Fatalf("%v %s", err, js.String())
		}
		var again []map[string]any
		if err := yaml.Unmarshal(yml.Bytes(), &again); err != nil || len(again) != len(g.Rows) {
			t.Fatalf("%v %s", err, yml.String())
		}
		for i, row := range g.Rows {
			if name, _ := row[0].Raw.(string); back[i]["name"] != name || again[i]["name"] != name {
				t.Fatalf("JSON %q, YAML %q, want %q", back[i]["name"], again[i]["name"], name)
			}
			if v, ok := row[1].Raw.(int64); (back[i]["mem_bytes"] != nil) != ok || ok && back[i]["mem_bytes"] != float64(v) {
				t.Fatalf("%v of %v", back[i]["mem_bytes"], v)
			}
		}
	})
}

// TestTablesOfAnyWidth fits any table into any width: no line is wider as long
// as names and figures have room, and every row is drawn.
func TestTablesOfAnyWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) link {
			return link{
				from: rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "from"), to: rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "to"),
				pending: rapid.IntRange(0, 2000).Draw(t, "pending"), why: rapid.StringMatching(`([a-z]{1,10} ){0,12}`).Draw(t, "why"),
			}
		}), 1, 6).Draw(t, "rows")
		g := view.NewGrid(linkColumns, slices.Values(rows))
		width := rapid.IntRange(62, 200).Draw(t, "width")
		var out strings.Builder
		style := view.Style{Width: width, Color: rapid.Bool().Draw(t, "color")}
		if err := style.Table(&out, g, nil); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			if w := ansi.StringWidth(strings.TrimSuffix(line, "\n")); w > width {
				t.Fatalf("%d wide at %d: %q", w, width, line)
			}
		}
		marked := slices.ContainsFunc(rows, func(l link) bool { return l.pending > 1000 })
		if left := style.LeftOut(g, nil); marked && slices.Contains(left, "pending_bytes") {
			t.Fatalf("a marked column is left out: %v", left)
		}
		words := strings.Fields(ansi.Strip(out.String()))
		for _, r := range rows {
			for _, word := range append(strings.Fields(r.why), r.from, r.to) {
				if !slices.Contains(words, word) {
					t.Fatalf("%q is not in\n%s", word, out.String())
				}
			}
		}
	})
}

// TestColorsRepeatTheMark colors a cell by its level, the header bold and the
// totals dim, and nothing where colors are off.
func TestColorsRepeatTheMark(t *testing.T) {
	cols := []view.Column[fleet.Level]{
		{Name: "level", Title: "Level", Value: func(l fleet.Level) any { return l.String() }, Level: func(l fleet.Level) view.Level { return l }},
		{Name: "n", Title: "N", Unit: view.Count, Sum: true, Value: func(fleet.Level) any { return 7 }},
	}
	g := view.NewGrid(cols, slices.Values([]fleet.Level{fleet.OK, fleet.Info, fleet.Warn, fleet.Crit, fleet.Unknown}))
	var out strings.Builder
	if err := (view.Style{Color: true}).Table(&out, g, g.Totals("all")); err != nil {
		t.Fatal(err)
	}
	const want = "\x1b[1mLEVEL\x1b[0m     \x1b[1mN\x1b[0m\nok        7\ninfo      7\n\x1b[33mwarn\x1b[0m      7\n\x1b[31mcrit\x1b[0m      7\n\x1b[2munknown\x1b[0m   7\n\x1b[2mall\x1b[0m      \x1b[2m35\x1b[0m\n"
	if out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	for l, glyphs := range map[fleet.Level][2]string{
		fleet.OK: {"●", "*"}, fleet.Info: {"●", "*"}, fleet.Warn: {"▲", "!"}, fleet.Crit: {"✗", "x"}, fleet.Unknown: {"◌", "?"}, fleet.Level(9): {"◌", "?"}, fleet.Level(-1): {"◌", "?"},
	} {
		if a, b := view.Glyph(l, false), view.Glyph(l, true); a != glyphs[0] || b != glyphs[1] {
			t.Errorf("%v: %q %q", l, a, b)
		}
	}
	if got := (view.Style{Color: true}).Paint("x", fleet.Crit) + (view.Style{}).Paint("y", fleet.Crit) + (view.Style{Color: true}).Paint("z", fleet.OK); got != "\x1b[31mx\x1b[0myz" {
		t.Errorf("%q", got)
	}
}
