package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"sitmap/api/sender"
	"sitmap/layers/live"
)

var (
	printedMQTT  = regexp.MustCompile(`MQTT: (127\.0\.0\.1:\d+)`)
	printedJT808 = regexp.MustCompile(`JT/T 808: (127\.0\.0\.1:\d+)`)
)

// teams are units of two or more that are on duty, with their homes.
func (c *aCity) teams(t *testing.T, n int) (ids []string, homes []orb.Point) {
	t.Helper()
	var board struct {
		Units []struct {
			ID, State string
			Headcount int
		}
	}
	c.get(t, "/api/units?state=silent", &board)
	for _, u := range board.Units {
		if u.Headcount < 2 || len(ids) == n {
			continue
		}
		var feature struct {
			Geometry struct{ Coordinates orb.Point }
		}
		c.get(t, "/ogc/collections/unit/items/"+u.ID, &feature)
		ids, homes = append(ids, u.ID), append(homes, feature.Geometry.Coordinates)
	}
	if len(ids) < n {
		t.Fatalf("%d teams on duty, want %d", len(ids), n)
	}
	return ids, homes
}

// A unit reports by each door, as its device would, and is on the board.
func (c *aCity) devices(t *testing.T) {
	mqtt, jt808 := printedMQTT.FindStringSubmatch(c.output.String()), printedJT808.FindStringSubmatch(c.output.String())
	if mqtt == nil || jt808 == nil {
		t.Fatalf("the doors are not printed:\n%s", c.output)
	}
	ids, homes := c.teams(t, 4)
	token := strings.TrimSpace(c.command(t, "token", "add", "app", "--role", "device", "--area", "6206"))
	c.command(t, "source", "declare", "app", "--crs", "EPSG:4326", "--device", "13800000001="+ids[0], "--device", "phone-a="+ids[1])
	if list := c.command(t, "source", "list"); !strings.Contains(list, "app") || !strings.Contains(list, "EPSG:4326") {
		t.Errorf("the source is missing from:\n%s", list)
	}
	report := []func() string{
		func() string {
			terminals := sender.NewTerminals(jt808[1], token, map[string]uint64{ids[0]: 13800000001})
			defer terminals.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			verdicts, _, err := terminals.Send(ctx, []live.Fix{{Unit: ids[0], Point: homes[0], At: time.Now()}})
			return fmt.Sprint(verdicts, err)
		},
		func() string {
			return c.ask(t, http.MethodPost, "/ingest/owntracks?d=phone-a", token,
				fmt.Sprintf(`{"_type":"location","lon":%v,"lat":%v,"tst":%d}`, homes[1][0], homes[1][1], time.Now().Unix()))
		},
		func() string {
			return c.ask(t, http.MethodGet, fmt.Sprintf("/ingest/osmand?id=%s&lon=%v&lat=%v&timestamp=%d", ids[2], homes[2][0], homes[2][1], time.Now().Unix()), token, "")
		},
		func() string {
			host, port, _ := strings.Cut(mqtt[1], ":")
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			out, err := exec.CommandContext(ctx, "mosquitto_pub", "-h", host, "-p", port, "-q", "1", "-u", "app", "-P", token, "-t", "owntracks/app/"+ids[3],
				"-m", fmt.Sprintf(`{"_type":"location","lon":%v,"lat":%v,"tst":%d}`, homes[3][0], homes[3][1], time.Now().Unix())).CombinedOutput()
			return fmt.Sprint(string(out), err)
		},
	}
	if _, err := exec.LookPath("mosquitto_pub"); err != nil {
		report = report[:3]
	}
	// A token may take a moment to be known, and the board to be looked over.
	seen := map[string]bool{}
	for deadline := time.Now().Add(30 * time.Second); len(seen) < len(report) && time.Now().Before(deadline); time.Sleep(time.Second) {
		for i, r := range report {
			if !seen[ids[i]] {
				t.Log(ids[i], r())
			}
		}
		var board struct{ Units []struct{ ID, At string } }
		c.get(t, "/api/units", &board)
		for _, u := range board.Units {
			for i := range report {
				if u.ID == ids[i] && u.At != "" {
					seen[u.ID] = true
				}
			}
		}
	}
	for i := range report {
		if !seen[ids[i]] {
			t.Errorf("unit %s, which reported by door %d, is not on the board", ids[i], i)
		}
	}
	c.command(t, "user", "disable", "app")
	time.Sleep(time.Second)
	if got := report[2](); !strings.HasPrefix(got, "401") {
		t.Errorf("after the account was disabled: %s", got)
	}
}

// ask asks as the source app, and gives status and body.
func (c *aCity) ask(t *testing.T, method, path, token, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, c.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("app:"+token)))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return fmt.Sprint(answer.StatusCode, answer.Header.Get("Sitmap-Verdict"))
}
