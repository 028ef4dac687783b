# bash completion for natsctl
#
# For this shell:   source <(natsctl completion bash)
# For every shell:  mkdir -p ~/.local/share/bash-completion/completions
#                   natsctl completion bash > ~/.local/share/bash-completion/completions/natsctl
# (the second needs the package bash-completion)
#
# natsctl answers with a line that says what follows, then one candidate a
# line, quoted for bash already, a tab and its description.

_natsctl() {
    local program=${COMP_WORDS[0]} kind='' line
    case $program in '~/'*) program=$HOME/${program#'~/'} ;; esac
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY+=("${line%%$'\t'*}")
        fi
    done < <("$program" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ $kind == files ]]; then
        compopt -o default 2>/dev/null
    fi
}

complete -F _natsctl natsctl
