/** The completion script for bash. */

/**
 * Works with bash 4 and later, without bash-completion. The script passes the words of the user on
 * unchanged. It has no `eval`, and uses no word in an arithmetic expression or a pattern, so bash does
 * not evaluate a word.
 */
export const BASH_SCRIPT = `# bash completion for os-vif

_os_vif_complete() {
    local IFS=$' \\t\\n'
    local output line last
    local -a words=()
    # bash cuts --option=value into three words.
    for line in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
        if [[ $line != "=" ]]; then words+=("$line"); fi
    done
    # The cursor is right behind a "=".
    if [[ \${COMP_WORDS[COMP_CWORD]} == "=" ]]; then words+=(""); fi
    COMPREPLY=()
    output=$(command os-vif complete -- "\${words[@]}" 2>/dev/null) || return 0
    while IFS= read -r line; do
        last=$line
        if [[ $line != :* ]]; then COMPREPLY+=("\${line%%$'\\t'*}"); fi
    done <<<"$output"
    # ":0" leaves it to bash to offer files.
    if [[ $last != ":0" ]]; then compopt +o default 2>/dev/null; fi
    return 0
}

complete -o default -F _os_vif_complete os-vif
`;
