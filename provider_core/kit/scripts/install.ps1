# Installs ferry from this kit, or goes back to the version before:
#
#     powershell -ExecutionPolicy Bypass -File install.ps1 [-Prefix DIR] [-Rollback] [-Python EXE]
#
# Needs Python @PYTHON@ and nothing else.
param([string]$Prefix = "", [switch]$Rollback, [string]$Python = "")
$ErrorActionPreference = "Stop"

function Stop-Installation([int]$Code, [string]$Message) {
    [Console]::Error.WriteLine("install.ps1: $Message")
    exit $Code
}

foreach ($line in Get-Content -LiteralPath (Join-Path $PSScriptRoot "SHA256SUMS")) {
    $digest, $name = $line -split "  ", 2
    $path = Join-Path $PSScriptRoot $name
    if (-not (Test-Path -LiteralPath $path -PathType Leaf)) {
        Stop-Installation 4 "$name is missing from this kit; copy it again"
    }
    if ((Get-FileHash -LiteralPath $path -Algorithm SHA256).Hash -ne $digest) {
        Stop-Installation 4 "$name is damaged or was changed; copy the kit again"
    }
}

$is_fit = 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")'
$candidates = if ($Python) { , @($Python) } else { @("py", "-@PYTHON@"), @("python"), @("python3") }
foreach ($candidate in $candidates) {
    $program = $candidate[0]
    $first = @($candidate | Select-Object -Skip 1)
    if (-not (Get-Command $program -ErrorAction SilentlyContinue)) { continue }
    & $program @first -I -c $is_fit 2>$null
    if ($LASTEXITCODE -ne 0) { continue }
    $words = @()
    if ($Prefix) { $words += "--prefix", $Prefix }
    if ($Rollback) { $words += "--rollback" }
    & $program @first -I (Join-Path $PSScriptRoot "install.py") @words
    exit $LASTEXITCODE
}
Stop-Installation 2 "Python @PYTHON@ was not found; name it with -Python"
