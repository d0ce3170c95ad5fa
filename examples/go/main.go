// A C program, compiled by the TinyCC of stagex.
package main

import (
	"context"

	"dagger/hello/internal/dagger"
)

const i386 = dagger.Platform("linux/386")

type Hello struct {
	// Files named by sha256.
	Sources *dagger.Directory
}

func New(
	// Folder that `./stagex fetch` has filled, for an engine without internet.
	// +optional
	sources *dagger.Directory,
) *Hello {
	return &Hello{Sources: sources}
}

// Compiles a C file into a static program for i386.
func (m *Hello) Program(
	// +defaultPath="hello.c"
	source *dagger.File,
) *dagger.File {
	return dag.Container(dagger.ContainerOpts{Platform: i386}).
		WithRootfs(dag.Stage0(dagger.Stage0Opts{Sources: m.Sources}).Tinycc()).
		WithFile("/hello.c", source).
		WithExec([]string{"/usr/bin/tcc", "-static", "-o", "/hello", "/hello.c"}).
		File("/hello")
}

// Compiles a C file, runs it where there is nothing else, and gives what it prints.
func (m *Hello) Run(
	ctx context.Context,
	// +defaultPath="hello.c"
	source *dagger.File,
) (string, error) {
	return dag.Container(dagger.ContainerOpts{Platform: i386}).
		WithFile("/hello", m.Program(source)).
		WithExec([]string{"/hello"}).
		Stdout(ctx)
}
