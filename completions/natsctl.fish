# fish completion for natsctl
#
# For this shell:   natsctl completion fish | source
# For every shell:  mkdir -p ~/.config/fish/completions
#                   natsctl completion fish > ~/.config/fish/completions/natsctl.fish
#
# natsctl answers with a line that says what follows, then one candidate a
# line, a tab and its description. fish quotes what needs it.

function __natsctl_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l answer ($typed[1] __complete fish $typed[2..-1] "$current" 2>/dev/null)
    if test "$answer[1]" = files
        __fish_complete_path (string replace -r -- '^--[a-z-]+=' '' $current)
        return
    end
    string join -- \n $answer[2..-1]
end

complete -c natsctl -f -a '(__natsctl_complete)'
