// Command sitmap is the situation map: server, database, import and tools in
// one program. Here everything is wired; nothing is decided.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"sitmap/layers"
)

// version is set by the build.
var version = "dev"

// commands is the command line. Settings come from a flag, else SITMAP_…,
// else sitmap.toml.
type commands struct {
	settings

	Serve    serveCommand    `cmd:"" help:"Serve the map. 启动服务"`
	Demo     demoCommand     `cmd:"" help:"Fill an empty database with the demo city. 载入演示城市"`
	Import   importCommand   `cmd:"" help:"Import a file into a layer. 导入数据"`
	Export   exportCommand   `cmd:"" help:"Export layers into a file of tiles. 导出瓦片"`
	Simulate simulateCommand `cmd:"" help:"Invent live positions. 模拟"`
	User     userCommand     `cmd:"" help:"Accounts of people. 账号"`
	Token    tokenCommand    `cmd:"" help:"Tokens of programs. 令牌"`
	Source   sourceCommand   `cmd:"" help:"Sources of positions. 定位来源"`
	Backup   backupCommand   `cmd:"" help:"Write a backup into a new folder. 备份"`
	Restore  restoreCommand  `cmd:"" help:"Restore a backup into an empty database. 恢复"`
	Doctor   doctorCommand   `cmd:"" help:"Check the machine and say the cure. 体检"`
	Version  versionCommand  `cmd:"" help:"Print the version. 版本"`
}

// settings hold for every command.
type settings struct {
	Config      string `help:"Settings file." default:"sitmap.toml" env:"SITMAP_CONFIG" type:"path"`
	Var         string `help:"Folder of the private database and its files." default:"var" env:"SITMAP_VAR" type:"path"`
	DatabaseURL string `help:"Use this PostgreSQL with PostGIS instead of a private one." env:"SITMAP_DATABASE_URL"`
	LogJSON     bool   `help:"Write the log as JSON." env:"SITMAP_LOG_JSON"`
	Verbose     bool   `help:"Log more." short:"v" env:"SITMAP_VERBOSE"`
}

// environment is what a command may touch of the world around it.
type environment struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	log      *slog.Logger
	settings settings
	clock    func() time.Time // of the server
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program: it returns the exit code, 0 for success, 1 for a
// failure, 2 for a command line that makes no sense.
func run(ctx context.Context, args []string, in io.Reader, out, errors io.Writer) int {
	return runAt(ctx, time.Now, args, in, out, errors)
}

// runAt is run by that clock.
func runAt(ctx context.Context, clock func() time.Time, args []string, in io.Reader, out, errors io.Writer) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("sitmap"),
		kong.Description("平安态势图 · the situation map of a city: places, cases, posts and equipment, never persons."),
		kong.Writers(out, errors),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Resolvers(fromFile(args)),
	)
	if err != nil {
		panic(err) // the structs above are wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(errors, "sitmap:", err)
		return 2
	}
	e := &environment{ctx: ctx, in: in, out: out, err: errors, log: logger(c.settings, errors), settings: c.settings, clock: clock}
	if err := parsed.Run(e); err != nil {
		fmt.Fprintln(errors, "sitmap:", err)
		return exitCode(err)
	}
	return 0
}

// exitCode is 2 where the asker must ask differently.
func exitCode(err error) int {
	if errors.Is(err, layers.ErrInvalid) {
		return 2
	}
	return 1
}

func logger(s settings, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if s.Verbose {
		options.Level = slog.LevelDebug
	}
	if s.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

type versionCommand struct{}

func (versionCommand) Run(e *environment) error {
	_, err := fmt.Fprintln(e.out, "sitmap", version)
	return err
}
