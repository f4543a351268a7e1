package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"sitmap/bench/measure"
)

// pageSize is how many features a page has.
const pageSize = 1000

// pages is one way to walk a collection.
type pages struct {
	name, layer, flat string
	starts            []int32      // whole collection: the number after which each page begins
	boxes             [][4]float64 // or boxes in degrees, one page each
}

// reader is one side: it reads all pages and tells how many items there were.
type reader struct {
	name string
	read func(pages) (int, error)
	// whole says that it reads a collection as a whole and knows no pages.
	whole bool
}

// features compares how fast items come.
func (b *bench) features() error {
	server, err := b.serve("sitmap-features", b.opened.URL)
	if err != nil {
		return err
	}
	defer server.stop()
	walks, err := b.walks()
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	readers := []reader{
		{name: "sitmap", read: func(p pages) (int, error) { return b.readOurs(client, server, p) }},
		{name: "SQL floor", read: b.readSQL},
		{name: "ogr2ogr", read: b.readOGR, whole: true},
	}
	rival, err := b.featureserv()
	if err != nil {
		return err
	}
	if rival != nil {
		defer rival.stop()
		readers = append(readers, reader{name: "pg_featureserv", read: func(p pages) (int, error) { return b.readFeatureserv(client, rival, p) }})
	} else {
		b.say("pg_featureserv is left out: %s does not name its binary", featureservVariable)
	}
	rates := map[string]map[string][]float64{}
	for _, p := range walks {
		rates[p.name] = map[string][]float64{}
		for round := range b.repeats(5, 2) + 1 {
			for _, r := range readers {
				if r.whole && p.boxes != nil {
					continue
				}
				began := time.Now()
				items, err := r.read(p)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", r.name, p.name, err)
				}
				if items == 0 {
					return fmt.Errorf("%s, %s: no items", r.name, p.name)
				}
				if round > 0 { // the first warms up
					rates[p.name][r.name] = append(rates[p.name][r.name], float64(items)/time.Since(began).Seconds())
				}
			}
		}
	}
	b.reportFeatures(walks, readers, rates)
	return nil
}

// walks are the whole collections page by page, and boxes around grids.
func (b *bench) walks() (all []pages, err error) {
	for _, layer := range []string{"camera", "grid"} {
		p := pages{name: layer + ", the whole collection", layer: layer, flat: map[string]string{"camera": "camera_spot", "grid": "grid_outline"}[layer]}
		p.starts = []int32{0}
		rows, err := b.db.Query(b.ctx, `select fid from (select fid, row_number() over (order by fid) as n from `+p.flat+`) r where n % $1 = 0 order by fid`, pageSize)
		if err != nil {
			return nil, err
		}
		more, err := pgx.CollectRows(rows, pgx.RowTo[int32])
		if err != nil {
			return nil, err
		}
		p.starts = append(p.starts, more...)
		box := pages{name: layer + ", boxes of 0.1°", layer: layer, flat: p.flat}
		for i, at := range b.list[len(b.list)-12:] {
			c := at.Bound().Center()
			w, s := c[0]-0.05+0.01*float64(i%3), c[1]-0.05
			box.boxes = append(box.boxes, [4]float64{w, s, w + 0.1, s + 0.1})
		}
		all = append(all, p, box)
	}
	return all, nil
}

var returned = regexp.MustCompile(`"numberReturned":\s*(\d+)`)

// countOf reads a page and tells how many items it says it has.
func countOf(answer *http.Response) (int, error) {
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	m := returned.FindSubmatch(body[max(0, len(body)-2000):])
	if m == nil {
		m = returned.FindSubmatch(body)
	}
	if m == nil {
		return 0, fmt.Errorf("the page does not say how many items it has")
	}
	return strconv.Atoi(string(m[1]))
}

func (b *bench) readOurs(client *http.Client, server *child, p pages) (sum int, err error) {
	base := "/ogc/collections/" + p.layer + "/items?limit=" + strconv.Itoa(pageSize)
	var addresses []string
	for _, s := range p.starts {
		addresses = append(addresses, fmt.Sprintf("%s&after=%d", base, s))
	}
	for _, x := range p.boxes {
		addresses = append(addresses, fmt.Sprintf("%s&bbox=%.5f,%.5f,%.5f,%.5f", base, x[0], x[1], x[2], x[3]))
	}
	return b.readPages(client, server, addresses)
}

func (b *bench) readFeatureserv(client *http.Client, server *child, p pages) (sum int, err error) {
	base := "/collections/public." + p.flat + "/items.json?limit=" + strconv.Itoa(pageSize)
	var addresses []string
	for i := range p.starts {
		addresses = append(addresses, fmt.Sprintf("%s&offset=%d", base, i*pageSize))
	}
	for _, x := range p.boxes {
		addresses = append(addresses, fmt.Sprintf("%s&bbox=%.5f,%.5f,%.5f,%.5f", base, x[0], x[1], x[2], x[3]))
	}
	return b.readPages(client, server, addresses)
}

func (b *bench) readPages(client *http.Client, server *child, addresses []string) (sum int, err error) {
	for _, a := range addresses {
		answer, err := b.get(client, server, a, http.Header{})
		if err != nil {
			return 0, err
		}
		n, err := countOf(answer)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// readSQL lets the database write the same GeoJSON and throws it away.
func (b *bench) readSQL(p pages) (sum int, err error) {
	sql := `select '{"type":"Feature","id":"' || id || '","geometry":' || ST_AsGeoJSON(geom, 7) || ',"properties":' || props::text || '}'
		from feature where layer = '` + p.layer + `' and valid_to is null and `
	one := func(where string, args ...any) error {
		rows, err := b.db.Query(b.ctx, sql+where+" order by fid limit "+strconv.Itoa(pageSize), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			_ = rows.RawValues()
			sum++
		}
		return rows.Err()
	}
	for _, s := range p.starts {
		if err := one("fid > $1", s); err != nil {
			return 0, err
		}
	}
	for _, x := range p.boxes {
		if err := one("geom && ST_MakeEnvelope($1, $2, $3, $4, 4326)", x[0], x[1], x[2], x[3]); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// readOGR lets ogr2ogr write the whole table and throws it away.
func (b *bench) readOGR(p pages) (sum int, err error) {
	words, err := libpq(b.opened.URL)
	if err != nil {
		return 0, err
	}
	var faults bytes.Buffer
	cmd := exec.CommandContext(b.ctx, "ogr2ogr", "-f", "GeoJSON", "/vsistdout/", "PG:"+words, p.flat)
	cmd.Stderr = &faults
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("ogr2ogr: %w: %s", err, bytes.TrimSpace(faults.Bytes()))
	}
	err = b.db.QueryRow(b.ctx, "select count(*) from "+p.flat).Scan(&sum)
	return sum, err
}

func (b *bench) reportFeatures(walks []pages, readers []reader, rates map[string]map[string][]float64) {
	d := measure.Detail{Title: "Features", Head: []string{"what"}, Notes: []string{
		fmt.Sprintf("Thousand items a second, one connection, pages of %d, medians of %d, sides in turn; not compressed. The SQL floor makes the same GeoJSON in the database and throws it away; ogr2ogr writes the whole table to standard output, from its start to its end.", pageSize, b.repeats(5, 2)),
	}}
	for _, r := range readers {
		d.Head = append(d.Head, r.name)
	}
	d.Head = append(d.Head, "ours / SQL floor", "ours / ogr2ogr")
	for _, p := range walks {
		of := rates[p.name]
		ours := of["sitmap"]
		row := []string{p.name}
		for _, r := range readers {
			if len(of[r.name]) == 0 {
				row = append(row, "–")
				continue
			}
			row = append(row, fmt.Sprintf("%.1f (%s)", measure.Median(of[r.name])/1000, measure.Spread(scaled(of[r.name], 0.001), "%.1f")))
		}
		for _, other := range []string{"SQL floor", "ogr2ogr"} {
			if len(of[other]) == 0 {
				row = append(row, "–")
				continue
			}
			row = append(row, fmt.Sprintf("%.2f×", measure.Median(ours)/measure.Median(of[other])))
		}
		d.Rows = append(d.Rows, row)
		name := "Features beside pg_featureserv: " + p.name
		if theirs := of["pg_featureserv"]; len(theirs) > 0 {
			ratio := measure.Median(ours) / measure.Median(theirs)
			b.report.Judge(name, "≥ 3×", fmt.Sprintf("%.1f×", ratio), measure.Spread(measure.Ratios(ours, theirs), "%.1f×"), measure.AtLeast(ratio, 3))
		} else {
			b.report.Judge(name, "≥ 3×", fmt.Sprintf("not given (%s); %.0fk items/s", featureservVariable, measure.Median(ours)/1000), measure.Spread(scaled(ours, 0.001), "%.0fk"), measure.Unknown)
		}
	}
	b.report.Add(d)
}
