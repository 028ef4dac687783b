#compdef natsctl
# zsh completion for natsctl
#
# For this shell:   source <(natsctl completion zsh)
# For every shell:  mkdir -p ~/.zfunc && natsctl completion zsh > ~/.zfunc/_natsctl
#                   and in ~/.zshrc, before compinit:  fpath=(~/.zfunc $fpath)
#
# natsctl answers with a line that says what follows, then one candidate a
# line, a tab and its description. compadd quotes what needs it.

_natsctl() {
    local kind='' line value
    local -a values shown
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
            continue
        fi
        value=${line%%$'\t'*}
        values+=("$value")
        if [[ $line == *$'\t'?* ]]; then
            shown+=("$value  -- ${line#*$'\t'}")
        else
            shown+=("$value")
        fi
    done < <(${~words[1]} __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    if [[ $kind == files ]]; then
        [[ $PREFIX == --*=* ]] && compset -P '*='
        _files
        return
    fi
    compadd -l -d shown -a -- values
}

if [[ ${funcstack[1]} == _natsctl ]]; then
    _natsctl "$@"
else
    compdef _natsctl natsctl
fi
