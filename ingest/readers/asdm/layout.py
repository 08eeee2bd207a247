"""Which columns a binary SDM table has, in which order, of which type.

A column is written ``name:type``, with its rank where it is an array and ``?`` where a
byte before it says whether it is there. Types: b yes or no, i 32-bit, q 64-bit, f and d
reals, s text, I interval (two q), E entity reference (four s). Source: the SDM schemas
(row elements and what is optional) and the order in which ALMA's software serializes them.
"""

from dataclasses import dataclass

_TABLES = {
    "ExecBlock": """
        execBlockId:s startTime:q endTime:q execBlockNum:i execBlockUID:E projectUID:E
        configName:s telescopeName:s observerName:s numObservingLog:i observingLog:s1
        sessionReference:E baseRangeMin:d baseRangeMax:d baseRmsMinor:d baseRmsMajor:d
        basePa:d aborted:b numAntenna:i antennaId:s1 sBSummaryId:s releaseDate:q?
        schedulerMode:s? siteAltitude:d? siteLongitude:d? siteLatitude:d? observingScript:s?
        observingScriptUID:E? arrayName:s? scaleId:s?
    """,
    "Main": """
        time:q configDescriptionId:s fieldId:s numAntenna:i timeSampling:s interval:q
        numIntegration:i scanNumber:i subscanNumber:i dataSize:i dataUID:E stateId:s1
        execBlockId:s
    """,
    "Scan": """
        execBlockId:s scanNumber:i startTime:q endTime:q numIntent:i numSubscan:i
        scanIntent:s1 calDataType:s1 calibrationOnLine:b1 calibrationFunction:s1?
        calibrationSet:s1? calPattern:s1? numField:i? fieldName:s1? sourceName:s?
    """,
    "Subscan": """
        execBlockId:s scanNumber:i subscanNumber:i startTime:q endTime:q fieldName:s
        subscanIntent:s numIntegration:i numSubintegration:i1 subscanMode:s?
        correlatorCalibration:s?
    """,
    "Source": """
        sourceId:i timeInterval:I spectralWindowId:s code:s direction:d1 properMotion:d1
        sourceName:s directionCode:s? directionEquinox:q? calibrationGroup:i? catalog:s?
        deltaVel:d? position:d1? numLines:i? transition:s1? restFrequency:d1? sysVel:d1?
        rangeVel:d1? sourceModel:s? frequencyRefCode:s? numFreq:i? numStokes:i?
        frequency:d1? frequencyInterval:d1? stokesParameter:s1? flux:d2? fluxErr:d2?
        positionAngle:d1? positionAngleErr:d1? size:d2? sizeErr:d2? velRefCode:s?
        dopplerVelocity:d1? dopplerReferenceSystem:s? dopplerCalcType:s? parallax:d1?
    """,
    "Field": """
        fieldId:s fieldName:s numPoly:i delayDir:d2 phaseDir:d2 referenceDir:d2 time:q?
        code:s? directionCode:s? directionEquinox:q? assocNature:s? ephemerisId:i?
        sourceId:i? assocFieldId:s?
    """,
    "Ephemeris": """
        timeInterval:I ephemerisId:i observerLocation:d1 equinoxEquator:d numPolyDir:i dir:d2
        numPolyDist:i distance:d1 timeOrigin:q origin:s numPolyRadVel:i? radVel:d1?
    """,
    "Antenna": """
        antennaId:s name:s antennaMake:s antennaType:s dishDiameter:d position:d1 offset:d1
        time:q stationId:s assocAntennaId:s?
    """,
    "Station": """
        stationId:s name:s position:d1 type:s time:q?
    """,
    "SpectralWindow": """
        spectralWindowId:s basebandName:s netSideband:s numChan:i refFreq:d
        sidebandProcessingMode:s totBandwidth:d windowFunction:s numBin:i? chanFreqStart:d?
        chanFreqStep:d? chanFreqArray:d1? chanWidth:d? chanWidthArray:d1? correlationBit:s?
        effectiveBw:d? effectiveBwArray:d1? freqGroup:i? freqGroupName:s? lineArray:b1?
        measFreqRef:s? name:s? oversampling:b? quantization:b? refChan:d? resolution:d?
        resolutionArray:d1? numAssocValues:i? assocNature:s1? numFactor:i? numBinFactors:i1?
        numOrigFreqSlice:i? originatingFrequencySlices:i1? quantizationBits:i?
        numRequantStage:i? requantization:b1? requantizationBits:i1?
        assocSpectralWindowId:s1? imageSpectralWindowId:s? dopplerId:i?
    """,
    "SysCal": """
        antennaId:s spectralWindowId:s timeInterval:I feedId:i numReceptor:i numChan:i
        tcalFlag:b? tcalSpectrum:d2? trxFlag:b? trxSpectrum:d2? tskyFlag:b? tskySpectrum:d2?
        tsysFlag:b? tsysSpectrum:d2? tantFlag:b? tantSpectrum:f2? tantTsysFlag:b?
        tantTsysSpectrum:f2? phaseDiffFlag:b? phaseDiffSpectrum:f2?
    """,
    "CalAtmosphere": """
        antennaName:s receiverBand:s basebandName:s calDataId:s calReductionId:s
        startValidTime:q endValidTime:q numFreq:i numLoad:i numReceptor:i
        forwardEffSpectrum:f2 frequencyRange:d1 groundPressure:d groundRelHumidity:d
        frequencySpectrum:d1 groundTemperature:d polarizationTypes:s1 powerSkySpectrum:f2
        powerLoadSpectrum:f3 syscalType:s tAtmSpectrum:d2 tRecSpectrum:d2 tSysSpectrum:d2
        tauSpectrum:f2 tAtm:d1 tRec:d1 tSys:d1 tau:f1 water:d1 waterError:d1
        alphaSpectrum:f2? forwardEfficiency:f1? forwardEfficiencyError:d1? sbGain:f1?
        sbGainError:f1? sbGainSpectrum:f2?
    """,
    "CalWVR": """
        antennaName:s calDataId:s calReductionId:s startValidTime:q endValidTime:q
        wvrMethod:s numInputAntennas:i inputAntennaNames:s1 numChan:i chanFreq:d1
        chanWidth:d1 refTemp:d2 numPoly:i pathCoeff:f3 polyFreqLimits:d1 wetPath:f1
        dryPath:f1 water:d tauBaseline:f?
    """,
    "CalFlux": """
        sourceName:s calDataId:s calReductionId:s startValidTime:q endValidTime:q
        numFrequencyRanges:i numStokes:i frequencyRanges:d2 fluxMethod:s flux:d2
        fluxError:d2 stokes:s1 direction:d1? directionCode:s? directionEquinox:q? PA:d2?
        PAError:d2? size:d3? sizeError:d3? sourceModel:s?
    """,
    "CalPhase": """
        basebandName:s receiverBand:s atmPhaseCorrection:s calDataId:s calReductionId:s
        startValidTime:q endValidTime:q numBaseline:i numReceptor:i ampli:f2
        antennaNames:s2 baselineLengths:d1 decorrelationFactor:f2 direction:d1
        frequencyRange:d1 integrationTime:q phase:f2 polarizationTypes:s1 phaseRMS:f2
        statPhaseRMS:f2 correctionValidity:b1? numAntenna:i? singleAntennaName:s1?
        refAntennaName:s? phaseAnt:f2? phaseAntRMS:f2?
    """,
    "Weather": """
        stationId:s timeInterval:I pressure:d? relHumidity:d? temperature:d?
        windDirection:d? windSpeed:d? windMax:d? dewPoint:d? numLayer:i? layerHeight:d1?
        temperatureProfile:d1? cloudMonitor:d? numWVR:i? wvrTemp:d1? water:d?
    """,
    "Flag": """
        flagId:s startTime:q endTime:q reason:s numAntenna:i antennaId:s1
        numPolarizationType:i? numSpectralWindow:i? numPairedAntenna:i? numChan:i?
        polarizationType:s1? channel:i2? pairedAntennaId:s1? spectralWindowId:s1?
    """,
    "SBSummary": """
        sBSummaryId:s sbSummaryUID:E projectUID:E obsUnitSetUID:E frequency:d
        frequencyBand:s sbType:s sbDuration:q numObservingMode:i observingMode:s1
        numberRepeats:i numScienceGoal:i scienceGoal:s1 numWeatherConstraint:i
        weatherConstraint:s1 centerDirection:d1? centerDirectionCode:s?
        centerDirectionEquinox:q?
    """,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a binary table."""

    name: str
    type: str
    rank: int
    is_optional: bool


def columns_of(table: str) -> dict[str, Column]:
    """Answer the columns of a table, in the order of files that do not list them."""
    return {column.name: column for column in map(_column, _TABLES[table].split())}


def _column(text: str) -> Column:
    name, _, code = text.partition(":")
    bare = code.rstrip("?")
    return Column(name, bare[0], int(bare[1:] or 0), code.endswith("?"))
