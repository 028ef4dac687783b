# PowerShell completion for natsctl
#
# For this session:   natsctl completion powershell | Out-String | Invoke-Expression
# For every session:  natsctl completion powershell >> $PROFILE
#
# natsctl answers with a line that says what follows, then one candidate a
# line, a tab and its description.

Register-ArgumentCompleter -Native -CommandName natsctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $typed = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { if ($_.Value) { "$($_.Value)" } else { $_.Extent.Text } })
    $program = if ($typed.Count) { $typed[0] } else { 'natsctl' }
    $before = @($typed | Select-Object -Skip 1)
    # An empty last word would be dropped on its way to a program; natsctl reads '' as one.
    $current = if ($wordToComplete) { $wordToComplete } else { "''" }
    $answer = @(& $program __complete powershell @before $current 2>$null)
    if ($answer.Count -eq 0 -or $answer[0] -eq 'files') { return }
    $answer | Select-Object -Skip 1 | ForEach-Object {
        $value, $help = $_ -split "`t", 2
        $insert = $value
        if ($value -notmatch '^[\w./:@%+=,-]+$') { $insert = "'" + $value.Replace("'", "''") + "'" }
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($insert, $value, 'ParameterValue', $help)
    }
}
