/** The scripts that shells run on Tab. They call `lamina __complete`, which prints one candidate per line and what else to offer. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Splits words at spaces only: bash also ends words at `:` and `=`, which image names contain. */
const BASH = `# bash completion for lamina: eval "$(lamina completion bash)"
_lamina() {
  local line candidate also='' words typed whole
  read -ra words <<< "\${COMP_LINE:0:COMP_POINT}"
  [[ "\${COMP_LINE:0:COMP_POINT}" == *' ' ]] && words+=('')
  whole="\${words[-1]}"
  typed="\${COMP_WORDS[COMP_CWORD]}"
  [[ "$typed" == [:=] ]] && typed=''
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      ::*) also="\${line#::}" ;;
      *)
        candidate="\${line%%$'\\t'*}"
        COMPREPLY+=("\${candidate#"\${whole%"$typed"}"}")
        ;;
    esac
  done < <(lamina __complete "\${words[@]:1}" 2>/dev/null)
  case "$also" in
    files) compopt -o default ;;
    directories) compopt -o dirnames ;;
  esac
  return 0
}
complete -F _lamina lamina
`;

const ZSH = `#compdef lamina
# zsh completion for lamina: source <(lamina completion zsh)
_lamina() {
  local line also=''
  local -a candidates
  while IFS= read -r line; do
    case "$line" in
      ::*) also="\${line#::}" ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <(lamina __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe -V lamina candidates
  case "$also" in
    files) _files ;;
    directories) _files -/ ;;
  esac
}
# compinit loads the file as the function itself.
if [[ "\${funcstack[1]}" == _lamina ]]; then
  _lamina
elif (( $+functions[compdef] )); then
  compdef _lamina lamina
fi
`;

const FISH = `# fish completion for lamina: lamina completion fish | source
function __lamina_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l lines (lamina __complete $words[2..-1] 2>/dev/null)
  string match -v '::*' -- $lines
  switch "$lines[-1]"
    case '::files'
      __fish_complete_path (commandline -ct)
    case '::directories'
      __fish_complete_directories (commandline -ct)
  end
end
complete -c lamina -f -a '(__lamina_complete)'
`;

export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
