// Command compose resolves a compose file with the reference implementation of the Compose specification, given the
// environment and .env as Docker Compose takes them, and prints the result as JSON; what is wrong goes to stderr, exit 1.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv, cli.WithDotEnv)
	exitOn(err)
	project, err := options.LoadProject(context.Background())
	exitOn(err)
	resolved, err := project.MarshalJSON()
	exitOn(err)
	fmt.Println(string(resolved))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
