# Runs builds in fresh Linux namespaces. One such process serves a whole run of the driver: it forks for each
# build, so that a build costs a few system calls and no further program. It is in Perl because every Debian
# and Ubuntu has it (perl-base is essential) and it can make any system call without a compiler.
#
# It first answers `ready`, or `fail REASON` where namespaces cannot be had. Then each line on standard input is
# `run ID SCRATCH` or `kill ID`, and each line on standard output is `ID RESULT`:
#     ok SECONDS PEAK_BYTES            all steps succeeded
#     exit STEP STATUS                 step number STEP (from 0) ended with that exit status
#     signal STEP NUMBER               it was killed by that signal
#     missing STEP REASON              its program or working directory could not be used
#     time STEP | memory STEP          it ran past a limit
#     setup REASON                     the sandbox could not be made
#     killed                           as asked
#
# SCRATCH/job holds strings that end with NUL: limit in seconds, limit in bytes, path of the log, epoch; then
# lists, each with its length first: lower directories (the first wins), environment (NAME=VALUE), files (three
# strings each: path, name below /build, octal mode), and steps (working directory, then two lists: further
# environment, arguments). What the steps leave in /out is in SCRATCH/out if they succeeded; all else in
# SCRATCH is then removed. Otherwise SCRATCH stays, with the writable layer in `upper`.
#
# Started with the argument `terminal`, it lets the steps use its file descriptors 3, 4 and 5 as their standard input,
# output and error, goes on with the writable layer that SCRATCH has, and leaves SCRATCH as it is.
#
# It uses no module but strict: what POSIX, Fcntl and even warnings add to the memory of this process costs each build
# a millisecond, since three copies of it are made. So the calls that they would give are made by number, too.
use strict;
$^W = 1;

# Numbers of the calls, on x86_64 and in the generic table of newer architectures: aarch64, riscv64, loongarch64.
my %calls = (
    mount        => [165, 40],
    umount2      => [166, 39],
    pivot_root   => [155, 41],
    unshare      => [272, 97],
    setns        => [308, 268],
    prctl        => [157, 167],
    capset       => [126, 91],
    sethostname  => [170, 161],
    setdomainname => [171, 162],
    setsid       => [112, 157],
    setrlimit    => [160, 164],
    getrusage    => [98, 165],
    clock_gettime => [228, 113],
    utimensat    => [280, 88],
    close        => [3, 57],
    exit_group   => [231, 94],
);
# The interpreter's own ELF header says what machine it is for: half-word 18, of which 62 is x86_64.
my $column = machine() == 62 ? 0 : 1;
my $number = { map { $_ => $calls{$_}[$column] } keys %calls };

sub CLONE_NEWNS() { 0x00020000 }
sub CLONE_NEWCGROUP() { 0x02000000 }
sub CLONE_NEWUTS() { 0x04000000 }
sub CLONE_NEWIPC() { 0x08000000 }
sub CLONE_NEWUSER() { 0x10000000 }
sub CLONE_NEWPID() { 0x20000000 }
sub CLONE_NEWNET() { 0x40000000 }
sub MS_RDONLY() { 1 }
sub MS_NOSUID() { 2 }
sub MS_NODEV() { 4 }
sub MS_NOEXEC() { 8 }
sub MS_REMOUNT() { 32 }
sub MS_BIND() { 0x1000 }
sub MS_REC() { 0x4000 }
sub MS_PRIVATE() { 0x40000 }
sub MNT_DETACH() { 2 }
sub PR_SET_PDEATHSIG() { 1 }
sub PR_SET_DUMPABLE() { 4 }
sub PR_CAPBSET_DROP() { 24 }
sub PR_SET_NO_NEW_PRIVS() { 38 }
sub RLIMIT_STACK() { 3 }
sub RLIMIT_CORE() { 4 }
sub RLIMIT_NOFILE() { 7 }
sub AT_FDCWD() { -100 }
sub AT_SYMLINK_NOFOLLOW() { 0x100 }
sub CLOCK_MONOTONIC() { 1 }
sub WNOHANG() { 1 }
sub O_WRONLY() { 01 }
sub O_CREAT() { 0100 }
sub O_EXCL() { 0200 }
sub EINTR() { 4 }

sub machine {
    open my $file, '<:raw', '/proc/self/exe' or die "/proc/self/exe: $!\n";
    read $file, my $header, 20;
    return unpack 'x18 S', $header;
}

# Ends this process at once; nothing is left to be written.
sub leave {
    syscall $number->{exit_group}, $_[0];
}

# Seconds since some moment in the past, which the clock on the wall does not move.
sub now {
    my $time = "\0" x 16;
    syscall $number->{clock_gettime}, CLOCK_MONOTONIC, $time;
    my ($seconds, $nanoseconds) = unpack 'q2', $time;
    return $seconds + $nanoseconds / 1e9;
}

# A system call, or the death of this build with the reason.
sub call {
    my ($what, $name, @arguments) = @_;
    return if syscall($number->{$name}, @arguments) != -1;
    die "$what: $!\n";
}

sub mount {
    my ($from, $to, $type, $flags, $options) = @_;
    call("mount $type on $to", 'mount', "$from", "$to", "$type", $flags, $options // 0);
}

$| = 1;
umask 022;
my $main = $$;
my $terminal = @ARGV && $ARGV[0] eq 'terminal';
my $killed = 0;
# What a person types at the terminal is for the steps.
$SIG{$_} = 'IGNORE' for $terminal ? qw(INT QUIT TSTP TTOU) : ();
close_inherited();
eval { enter_namespaces(); prepare_common(); 1 } or do { print "fail $@"; exit 1 };
print "ready\n";

my %supervisors;    # process by ID of the build
my %ids;
my %networks;       # network namespace by process
my @idle_networks;  # of builds that have ended
my $next;           # supervisor of the build to come
my $hold = 0;       # nothing is reaped before it is known here
$SIG{CHLD} = \&reap;

sub reap {
    return if $hold;
    while ((my $pid = waitpid(-1, WNOHANG)) > 0) {
        my $network = delete $networks{$pid};
        push @idle_networks, $network if $? == 0;
        my $id = delete $ids{$pid} // next;
        delete $supervisors{$id};
        print "$id killed\n" if $? != 0;
    }
}

# sysread, since a signal that comes between must not lose buffered input.
my $input = '';
my $begun = 0;
while (1) {
    # The namespaces of the build to come are made while this one runs, once it has got going.
    if ($begun && !input_within(0.002)) {
        $hold = 1;
        $next = start_supervisor();
        $hold = $begun = 0;
        reap();
    }
    my $count = sysread STDIN, $input, 4096, length $input;
    next if !defined $count && $! == EINTR;
    last if !$count;
    while ($input =~ s/\A([^\n]*)\n//) {
        my ($verb, $id, $scratch) = split / /, $1, 3;
        if ($verb eq 'kill') {
            kill 'TERM', $supervisors{$id} if $supervisors{$id};
            next;
        }
        $hold = 1;
        $next //= start_supervisor();
        $supervisors{$id} = $next->{pid};
        $ids{ $next->{pid} } = $id;
        syswrite $_, "$id $scratch\n" for @{ $next->{orders} };
        $next = undef;
        $begun = 1;
        $hold = 0;
        reap();
    }
}
# The driver is gone. Death passes on to all builds by their parent-death signal.

sub input_within {
    my ($seconds) = @_;
    vec(my $ready = '', fileno STDIN, 1) = 1;
    return select($ready, undef, undef, $seconds) > 0;
}

# A process that makes a build's namespaces and its process 1. Both then wait for orders.
sub start_supervisor {
    pipe my $for_supervisor, my $to_supervisor or die "pipe: $!";
    pipe my $for_init, my $to_init or die "pipe: $!";
    my $network = enter_network();
    my $pid = fork // die "fork: $!";
    if ($pid) {
        $networks{$pid} = $network;
        return { pid => $pid, orders => [$to_init, $to_supervisor] };
    }
    close $_ for $to_init, $to_supervisor;
    supervise($for_supervisor, $for_init);
}

# Enters a network namespace that no process is in; its one interface, loopback, is down. A build has no privilege to
# change it, so the next build may have it after all processes of the one before are gone: a fresh one costs more than
# all other namespaces together.
sub enter_network {
    if (my $network = pop @idle_networks) {
        call('enter a network namespace', 'setns', fileno $network, CLONE_NEWNET);
        return $network;
    }
    call('make a network namespace', 'unshare', CLONE_NEWNET);
    open my $network, '<', '/proc/self/ns/net' or die "/proc/self/ns/net: $!\n";
    return $network;
}

# Whoever started the driver may have left it open files of the host, which every build would have too.
sub close_inherited {
    opendir my $directory, '/proc/self/fd' or return;
    my @descriptors = grep { /\A\d+\z/ && $_ > ($terminal ? 5 : 2) } readdir $directory;
    closedir $directory;
    syscall $number->{close}, $_ + 0 for @descriptors;
}

# A user namespace in which this user is root, and mounts of its own: what a build needs to get the rest.
sub enter_namespaces {
    my ($uid, $gid) = ($>, $) + 0);
    # Root alone may leave its further groups; those of another user show in the sandbox as 65534.
    $) = "$gid $gid" if $uid == 0;
    call('make a user and a mount namespace', 'unshare', CLONE_NEWUSER | CLONE_NEWNS);
    # A build has no privilege to change what these hold, so that all can share them.
    call('make namespaces', 'unshare', CLONE_NEWUTS | CLONE_NEWCGROUP);
    call('sethostname', 'sethostname', 'stagex', 6);
    call('setdomainname', 'setdomainname', '(none)', 6);
    write_file('/proc/self/setgroups', 'deny');
    write_file('/proc/self/uid_map', "0 $uid 1");
    write_file('/proc/self/gid_map', "0 $gid 1");
    # A build gets no user namespace of its own, in which it would have capabilities again.
    write_file('/proc/sys/user/max_user_namespaces', '0');
    mount('none', '/', 'none', MS_REC | MS_PRIVATE);
}

# What is the same for all builds, and what none of them can change, in a file system that covers /sys for this
# process and its children: `root`, where a build's root is mounted; `base`, its lowest layer; and `dev`.
#
# Each device is read-only, which does not hinder writing to it: root of the host is root in the sandbox when it
# is the one who builds, and could otherwise set the mode of the host's own /dev/null.
sub prepare_common {
    mount('tmpfs', '/sys', 'tmpfs', MS_NOSUID, 'mode=755');
    mkdir "/sys/$_" or die "/sys/$_: $!\n" for qw(root base base/dev base/proc base/tmp dev);
    for my $device (qw(null zero full random urandom)) {
        write_file("/sys/dev/$device", '');
        mount("/dev/$device", "/sys/dev/$device", 'none', MS_BIND);
        mount('none', "/sys/dev/$device", 'none', MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC);
    }
    symlink '/tmp', '/sys/dev/shm';
    symlink '/proc/self/fd', '/sys/dev/fd';
    symlink "/proc/self/fd/$_->[0]", "/sys/dev/$_->[1]" for [0, 'stdin'], [1, 'stdout'], [2, 'stderr'];
    set_time(0, "/sys/$_") for 'dev', map { "dev/$_" } qw(shm fd stdin stdout stderr);
    mount('tmpfs', '/sys', 'tmpfs', MS_REMOUNT | MS_RDONLY | MS_NOSUID);
}

# Unlike utime, this sets the times of a symbolic link itself.
sub set_time {
    my ($seconds, $path) = @_;
    my $times = pack 'q4', $seconds, 0, $seconds, 0;
    call('utimensat', 'utimensat', AT_FDCWD, "$path", $times, AT_SYMLINK_NOFOLLOW);
}

# Makes the other namespaces, starts a build in them, keeps its log, and enforces its limits.
sub supervise {
    my ($orders, $orders_of_init) = @_;
    $SIG{CHLD} = 'DEFAULT';
    $SIG{TERM} = sub { $killed = 1 };
    my $init = eval { prepare($orders_of_init) };
    my $failure = $@;
    close $orders_of_init;
    my ($id, $scratch) = await($orders);
    my $result = $init && eval { build($init, $scratch) } // 'setup ' . ($failure || $@);
    my $done = !$terminal && $result =~ /\Aok / && rename 'upper/out', 'out';
    print "$id ", join(' ', split /\n/, $result), "\n";
    if ($init) {
        kill 'KILL', $init->{pid};
        waitpid $init->{pid}, 0;
    }
    clean_up($scratch) if $done;
    leave(0);
}

# ID and SCRATCH of the build. Without one to come, the driver is gone.
sub await {
    my ($orders) = @_;
    my $line = readline($orders) // leave(0);
    return $line =~ /\A(\S+) (.*)\n\z/;
}

sub prepare {
    my ($orders) = @_;
    call('prctl', 'prctl', PR_SET_PDEATHSIG, 9, 0, 0, 0);
    leave(0) if getppid() != $main;
    call('make namespaces', 'unshare', CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC);
    pipe my $go_end, my $go or die "pipe: $!\n";
    pipe my $output, my $output_end or die "pipe: $!\n";
    pipe my $status, my $status_end or die "pipe: $!\n";
    my $pid = fork // die "fork: $!\n";
    return { pid => $pid, go => $go, output => $output, status => $status } if $pid;
    close $_ for $go, $output, $status;
    init($orders, $go_end, $output_end, $status_end);
}

# Removes what a build that succeeded leaves beside its output, while the driver goes on. Of the two, the one that
# is last removes SCRATCH itself. The driver may end meanwhile.
sub clean_up {
    my ($scratch) = @_;
    call('prctl', 'prctl', PR_SET_PDEATHSIG, 0, 0, 0, 0);
    remove($_) for grep { $_ ne 'out' } names_in('.');
    rmdir '../' . ($scratch =~ s{.*/}{}r);
}

sub remove {
    my ($path) = @_;
    return unlink $path if -l $path || !-d _;
    chmod 0700, $path;
    remove("$path/$_") for names_in($path);
    rmdir $path;
}

sub names_in {
    my ($path) = @_;
    opendir my $directory, $path or return;
    return grep { $_ ne '.' && $_ ne '..' } readdir $directory;
}

# Lays out the writable layer, with copies of the files under /build. All of it has the time of the epoch.
sub place_files {
    my ($job) = @_;
    my @made = ('upper', 'upper/build', 'upper/out');
    mkdir $_ or die "$_: $!\n" for 'work', @made;
    my %there;
    for my $file (@{ $job->{files} }) {
        my ($path, $name, $mode) = @$file;
        my $parent = 'upper/build';
        my @parts = split m{/}, $name;
        for my $part (@parts[0 .. $#parts - 1]) {
            $parent .= "/$part";
            next if $there{$parent}++;
            mkdir $parent or die "$parent: $!\n";
            push @made, $parent;
        }
        copy_file($path, "upper/build/$name", oct $mode, $job->{epoch});
    }
    utime $job->{epoch}, $job->{epoch}, @made;
}

sub copy_file {
    my ($from, $to, $mode, $time) = @_;
    open my $in, '<:raw', $from or die "$from: $!\n";
    sysopen my $out, $to, O_WRONLY | O_CREAT | O_EXCL, $mode or die "$to: $!\n";
    while (sysread $in, my $chunk, 1 << 16) {
        # A disk that gets full takes a part, and refuses the rest.
        for (my $done = 0; $done < length $chunk;) {
            $done += syswrite($out, $chunk, length $chunk, $done) // die "$to: $!\n";
        }
    }
    close $out or die "$to: $!\n";
    utime $time, $time, $to;
}

# Opens all that it needs of the host before it lets process 1 change the root, which they share.
sub build {
    my ($init, $scratch) = @_;
    chdir $scratch or die "$scratch: $!\n";
    my $job = read_job('job');
    open my $log, '>>', $job->{log} or die "$job->{log}: $!\n";
    # Process 1 may have failed already; what it said is still to be read.
    local $SIG{PIPE} = 'IGNORE';
    syswrite $init->{go}, "\n";
    return watch($job, $log, $init);
}

# Copies output to the log until the build ends or runs past a limit.
sub watch {
    my ($job, $log, $init) = @_;
    my ($output, $status) = @$init{qw(output status)};
    my ($step, $result, $peak, $ready) = (undef, undef, 0, '');
    vec($ready, fileno $output, 1) = 1;
    vec($ready, fileno $status, 1) = 1;
    my $text = '';
    my $started = now();
    my $look = $started + 0.1;
    until (defined $result) {
        my $count = select(my $now = $ready, undef, undef, 0.1);
        my $time = now();
        if ($killed) { $result = 'killed'; last }
        if ($time - $started > $job->{seconds}) { $result = 'time ' . ($step // 0); last }
        # Before the first step, /proc may still be the host's.
        if (defined $step && $time >= $look) {
            my $used = memory_in_use();
            $peak = $used if $used > $peak;
            if ($used > $job->{bytes}) { $result = "memory $step"; last }
            $look = $time + 0.1;
        }
        next if $count <= 0;
        copy($output, $log) if vec($now, fileno $output, 1);
        next if !vec($now, fileno $status, 1);
        if (!sysread $status, $text, 4096, length $text) {
            $result = "setup the first process of the sandbox died";
        }
        while ($text =~ s/\A([^\n]*)\n//) {
            my $line = $1;
            if ($line =~ /\Astep (\d+)\z/) { $step = $1 }
            else { $result = $line }
        }
    }
    my $seconds = now() - $started;
    kill 'KILL', $init->{pid};
    # After success, process 1 has ended and reaped all others, so that what they wrote is in the pipe, and it alone
    # has the other end. Nothing has to wait for its death.
    my $ok = $result =~ /\Aok (\d+)\z/ ? $1 : undef;
    waitpid $init->{pid}, 0 if !defined $ok;
    vec(my $readable = '', fileno $output, 1) = 1;
    1 while select(my $now = $readable, undef, undef, 0) > 0 && copy($output, $log);
    return $result if !defined $ok;
    return sprintf 'ok %.6f %d', $seconds, $ok > $peak ? $ok : $peak;
}

sub copy {
    my ($from, $to) = @_;
    my $count = sysread $from, my $chunk, 65536;
    syswrite $to, $chunk if $count;
    return $count;
}

# Resident bytes of all processes of the build. This process shares its root, hence its /proc.
sub memory_in_use {
    opendir my $processes, '/proc' or return 0;
    my $pages = 0;
    for my $pid (grep { /\A\d+\z/ && $_ > 1 } readdir $processes) {
        open my $statm, '<', "/proc/$pid/statm" or next;
        $pages += (split ' ', <$statm> // '0 0')[1];
    }
    return $pages * 4096;
}

# Process 1 of the build: makes the root, gives up all privileges, runs the steps one after another.
sub init {
    my ($orders, $go, $output, $status) = @_;
    my $job;
    # Without a reader, the supervisor is gone.
    my $report = sub { syswrite $status, join(' ', split /\n/, $_[0]) . "\n" or leave(1) };
    $SIG{$_} = 'IGNORE' for qw(PIPE);
    $SIG{TERM} = 'DEFAULT';
    eval {
        call('prctl', 'prctl', PR_SET_PDEATHSIG, 9, 0, 0, 0);
        $0 = 'init';
        my (undef, $scratch) = await($orders);
        close $orders;
        chdir $scratch or die "$scratch: $!\n";
        $job = read_job('job');
        place_files($job) if !-d 'upper';
        mount_root($job);
        readline $go // leave(0);
        enter_root();
        drop_privileges();
        # Not the host's, of which root of the host could set the mode.
        open STDIN, $terminal ? '<&=3' : '</dev/null' or die "stdin: $!\n";
        open STDOUT, $terminal ? '>&=4' : '>&' . fileno $output or die "stdout: $!\n";
        open STDERR, $terminal ? '>&=5' : '>&' . fileno $output or die "stderr: $!\n";
        close $output;
        1;
    } or do { $report->("setup $@"); leave(0) };

    my $steps = $job->{steps};
    for my $index (0 .. $#$steps) {
        $report->("step $index");
        my ($kind, $value) = run_step($job, $steps->[$index]);
        next if $kind eq 'exit' && $value == 0;
        $report->("$kind $index $value");
        leave(0);
    }
    $report->('ok ' . peak_of_children());
    leave(0);
}

sub mount_root {
    my ($job) = @_;
    my $count = 0;
    for my $lower (@{ $job->{lower} }) {
        unlink $count;
        symlink $lower, $count or die "symlink: $!\n";
        $count++;
    }
    my $layers = join ':', 0 .. $count - 1, '/sys/base';
    mount('overlay', '/sys/root', 'overlay', 0, "lowerdir=$layers,upperdir=upper,workdir=work,userxattr");
    mount('proc', '/sys/root/proc', 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC, 'subset=pid');
    mount('tmpfs', '/sys/root/tmp', 'tmpfs', MS_NOSUID | MS_NODEV, "mode=1777,size=$job->{bytes}");
    utime $job->{epoch}, $job->{epoch}, '/sys/root/tmp';
    mount('/sys/dev', '/sys/root/dev', 'none', MS_BIND | MS_REC);
}

sub enter_root {
    # The old root ends up on top of the new one, from where it is taken away: nothing of the host remains.
    chdir '/sys/root' or die "/sys/root: $!\n";
    call('pivot_root', 'pivot_root', '.', '.');
    call('umount', 'umount2', '.', MNT_DETACH);
    chdir '/' or die "/: $!\n";
}

sub drop_privileges {
    # Hides what /proc/1 would tell of the host's Perl.
    call('prctl', 'prctl', PR_SET_DUMPABLE, 0, 0, 0, 0);
    call('prctl', 'prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for my $capability (0 .. 63) {
        last if syscall($number->{prctl}, PR_CAPBSET_DROP, $capability, 0, 0, 0) == -1;
    }
    my $header = pack 'L2', 0x20080522, 0;
    my $none = pack 'L6', (0) x 6;
    call('capset', 'capset', $header, $none);
}

# Runs one step and ends what it left running. Its failure to start comes back through a pipe that a successful start closes.
sub run_step {
    my ($job, $step) = @_;
    pipe my $failure, my $failure_end or return ('missing', "pipe: $!");
    my $pid = fork // return ('missing', "fork: $!");
    if ($pid == 0) {
        # A step that signals its process group reaches no other build, and it may write into closed pipes.
        syscall $number->{setsid} if !$terminal;
        $SIG{$_} = 'DEFAULT' for qw(PIPE INT QUIT TSTP TTOU);
        set_limits();
        # There is no search path: a name alone is that of a file in the working directory.
        my ($program) = map { m{/} ? $_ : "./$_" } $step->{argv}[0];
        if (chdir $step->{cwd}) {
            %ENV = map { split /=/, $_, 2 } @{ $job->{environment} }, @{ $step->{environment} };
            local $^W = 0;    # the reason is told below
            exec { $program } @{ $step->{argv} };
            syswrite $failure_end, "$program: $!";
        }
        else {
            syswrite $failure_end, "working directory $step->{cwd}: $!";
        }
        leave(127);
    }
    close $failure_end;
    waitpid $pid, 0;
    my $state = $?;
    # To process 1, -1 is everyone else.
    kill 'KILL', -1;
    1 while waitpid(-1, 0) > 0;
    return ('missing', $_) for grep { length } readline $failure;
    return ('signal', $state & 127) if $state & 127;
    return ('exit', $state >> 8);
}

# The same on every machine: no core files, 1024 open files, 8 MiB of stack.
sub set_limits {
    for ([RLIMIT_CORE, 0, 0], [RLIMIT_NOFILE, 1024, 4096], [RLIMIT_STACK, 8 << 20, -1]) {
        my ($resource, @limits) = @$_;
        # Fails where the limit is lower than this already.
        syscall($number->{setrlimit}, $resource, pack 'q2', @limits);
    }
}

# Bytes of the largest process among those that ended (getrusage: ru_maxrss, in KiB).
sub peak_of_children {
    my $usage = "\0" x 144;
    syscall($number->{getrusage}, -1, $usage);
    return 1024 * unpack 'x32 q', $usage;
}

sub read_job {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    local $/;
    my @fields = split /\0/, <$file>, -1;
    my $list = sub { map { shift @fields } 1 .. shift @fields };
    my %job;
    @job{qw(seconds bytes log epoch)} = splice @fields, 0, 4;
    $job{lower} = [$list->()];
    $job{environment} = [$list->()];
    $job{files} = [map { [splice @fields, 0, 3] } 1 .. shift @fields];
    for (1 .. shift @fields) {
        my $cwd = shift @fields;
        push @{ $job{steps} }, { cwd => $cwd, environment => [$list->()], argv => [$list->()] };
    }
    return \%job;
}

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "$path: $!\n";
    print {$file} $text;
    close $file or die "$path: $!\n";
}
