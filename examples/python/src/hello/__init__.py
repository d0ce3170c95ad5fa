"""A C program, compiled by the TinyCC of stagex."""

from typing import Annotated

import dagger
from dagger import DefaultPath, Doc, dag, field, function, object_type

I386 = dagger.Platform("linux/386")
Source = Annotated[dagger.File, DefaultPath("hello.c"), Doc("The C file")]


@object_type
class Hello:
    sources: Annotated[
        dagger.Directory | None,
        Doc("Folder that `./stagex fetch` has filled, for an engine without internet"),
    ] = field(default=None)

    @function
    def program(self, source: Source) -> dagger.File:
        """Compile a C file into a static program for i386."""
        return (
            dag.container(platform=I386)
            .with_rootfs(dag.stage0(sources=self.sources).tinycc())
            .with_file("/hello.c", source)
            .with_exec(["/usr/bin/tcc", "-static", "-o", "/hello", "/hello.c"])
            .file("/hello")
        )

    @function
    async def run(self, source: Source) -> str:
        """Compile a C file, run it where there is nothing else, and give what it prints."""
        return await (
            dag.container(platform=I386)
            .with_file("/hello", self.program(source))
            .with_exec(["/hello"])
            .stdout()
        )
